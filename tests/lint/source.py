"""The project's files as the checks look at them."""

import re
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = re.compile(r"^(build[^/]*|var|\.git|\.cache|.*/__pycache__)(/|$)")
NOT_TEXT = {".bin", ".pyc", ".eml", ".tree"}


@lru_cache(None)
def files():
    """Every text file of the project, relative to its root."""
    found = []
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            name = str(path.relative_to(ROOT))
            if SKIPPED.match(name) or path.is_symlink():
                continue
            if path.is_dir():
                pending.append(path)
            elif path.suffix not in NOT_TEXT and not name.startswith("tests/fuzz/corpus/"):
                found.append(path.relative_to(ROOT))
    return sorted(found)


def c_files(*folders):
    return [
        path
        for path in files()
        if path.suffix in (".c", ".h") and (not folders or path.parts[0] in folders)
    ]


@lru_cache(None)
def text(path):
    return (ROOT / path).read_text("utf-8", "replace")


def shebang(path):
    return text(path).split("\n", 1)[0] if text(path).startswith("#!") else ""


TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')""",
    re.DOTALL,
)


def _blank(found):
    """The same number of lines, nothing else."""
    return "\n" * found[0].count("\n") if found["comment"] else '""' if found["text"] else "' '"


@lru_cache(None)
def code(path):
    """A C file without comments and without what is in its strings."""
    return TOKEN.sub(_blank, text(path))


def strings(path):
    """(line, text) of each string of a C file; those that follow each other are one."""
    joined = re.compile(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*')
    without_comments = TOKEN.sub(lambda m: _blank(m) if m["comment"] else m[0], text(path))
    for found in joined.finditer(without_comments):
        yield without_comments.count("\n", 0, found.start()) + 1, found[0]


INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def includes(path):
    return INCLUDE.findall(TOKEN.sub(lambda m: _blank(m) if m["comment"] else m[0], text(path)))


def layer(path):
    """base, fiber, …, or admin; None outside of the layers."""
    if path.parts[0] in ("server", "include"):
        return path.parts[1]
    return "admin" if path.parts[0] == "admin" else None


def resolve(path, name):
    """The file that #include "name" in path means, or None: a generated one."""
    places = [path.parent]
    if path.parts[0] == "server":
        places.append(Path("server") / path.parts[1])
    for place in [*places, Path("include")]:
        candidate = ROOT / place / name
        if candidate.exists():
            return candidate.resolve().relative_to(ROOT)
    return None
