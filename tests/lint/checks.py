"""The checks. Each is a function check_<name> that yields what is wrong."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from source import ROOT, c_files, code, files, includes, layer, resolve, shebang, strings, text

# Who may include whom (docs/architecture.md).
MAY_INCLUDE = {
    "base": {"base"},
    "model": {"model", "base"},
    "fiber": {"fiber", "base"},
    "net": {"net", "fiber", "model", "base"},
    "proto": {"proto", "model", "base"},
    "store": {"store", "fiber", "model", "base"},
    "mail": {"mail", "store", "fiber", "model", "base"},
    "session": {"session", "mail", "net", "proto", "fiber", "model", "base"},
    "imap": {"imap", "session", "mail", "net", "proto", "fiber", "model", "base"},
    "lmtp": {"lmtp", "session", "mail", "net", "proto", "fiber", "model", "base"},
    "managesieve": {"managesieve", "session", "mail", "net", "proto", "fiber", "model", "base"},
    "submission": {"submission", "mail", "proto", "fiber", "model", "base"},
    "proc": {
        *("proc", "imap", "lmtp", "managesieve", "submission", "session"),
        *("mail", "net", "proto", "store", "fiber", "model", "base"),
    },
    "admin": {"admin", "proc", "mail", "store", "fiber", "model", "base"},
}
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60


def line_of(content, at):
    return content.count("\n", 0, at) + 1


# Layers ----------------------------------------------------------------------------


def check_include_direction():
    for path in c_files("server", "include", "admin"):
        own = layer(path)
        for name in includes(path):
            target = resolve(path, name)
            other = layer(target) if target else name.split("/")[0]
            if other not in MAY_INCLUDE[own]:
                yield f"{path}: {own} may not include {name} of {other}"
            if own == "admin" and other == "proc" and name != "proc/config.h":
                yield f"{path}: admin may include nothing of proc but its configuration"


def check_private_headers():
    """A header under server/ is for its own layer only."""
    for path in c_files("server", "include", "admin"):
        for name in includes(path):
            target = resolve(path, name)
            if target and target.parts[0] != "include" and layer(target) != layer(path):
                yield f"{path} includes {target}, which is private to {layer(target)}"
            if target and path.parts[0] == "include" and target.parts[0] != "include":
                yield f"{path} includes {target}: a public header needs a private one"


def check_include_cycles():
    headers = [path for path in c_files("server", "include", "admin") if path.suffix == ".h"]
    edges = {path: {resolve(path, name) for name in includes(path)} for path in headers}
    done = set()

    def visit(path, trail):
        if path in trail:
            yield " -> ".join(map(str, [*trail[trail.index(path) :], path]))
        elif path not in done:
            for other in sorted(filter(None, edges.get(path, ()))):
                yield from visit(other, [*trail, path])
            done.add(path)

    for path in headers:
        yield from visit(path, [])
    for path in c_files():
        for name in includes(path):
            if name.endswith(".c"):
                yield f"{path} includes {name}"


def check_headers_begin_with_their_purpose():
    """A comment, then a guard named after the file."""
    for path in c_files("server", "include", "admin"):
        if path.suffix != ".h":
            continue
        guard = re.search(r"^#ifndef (POSTROOM_\w+_H)\n#define \1\n", text(path), re.MULTILINE)
        name = path.name.upper().replace(".", "_")
        if not text(path).startswith("/*"):
            yield f"{path}: no comment says what it is for"
        if not guard or not guard[1].endswith(name):
            yield f"{path}: no include guard POSTROOM_…_{name}"


def pkg_config_flags():
    packages = "libuv openssl libpq libconfig icu-uc icu-i18n libgsasl libpcre2-8 zlib libcurl".split()
    done = subprocess.run(["pkg-config", "--cflags", *packages], capture_output=True, text=True)
    return done.stdout.split()


def check_headers_compile_alone():
    generated = Path(os.environ.get("POSTROOM_TEST_BUILD", ROOT / "build-test")) / "generated"
    flags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *pkg_config_flags()]

    def compile_header(path):
        folders = ["-Iinclude", f"-I{generated}", "-Itests"]
        if path.parts[0] in ("server", "tests"):
            private = layer(path) or path.parts[2]
            folders.append(f"-Iserver/{private}")
        done = subprocess.run(
            ["gcc", "-fsyntax-only", "-x", "c", *flags, *folders, path],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        return "\n".join(errors[:3] or [str(path)]) if done.returncode else ""

    headers = [path for path in c_files() if path.suffix == ".h"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from filter(None, pool.map(compile_header, headers))


# Size --------------------------------------------------------------------------------


def check_file_length():
    for path in files():
        lines = text(path).count("\n")
        counted = path.suffix in (".c", ".h", ".py", ".sql", ".sh", "") and path.name != "LICENSE"
        if counted and lines > FILE_LINES_MAX:
            yield f"{path} has {lines} lines, {FILE_LINES_MAX} are the most"


def check_function_length():
    """From the line of a function's brace to that of its end: both are alone at
    the start of a line."""
    for path in c_files():
        began = None
        for number, line in enumerate(code(path).split("\n"), 1):
            if line.rstrip() == "{":
                began = number
            elif began and line.startswith("}"):
                if number - began - 1 > FUNCTION_LINES_MAX:
                    yield f"{path}:{began}: a function of {number - began - 1} lines"
                began = None


# What is not written here ----------------------------------------------------------------

BANNED = re.compile(
    r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|alloca|system|popen|"
    r"strncpy|strncat|asctime|ctime|gmtime|localtime|rand|srand|tmpnam|mktemp|atof|s?scanf)\s*\("
)
PRINTING = re.compile(
    r"\b(?:printf|puts|putchar|perror|vprintf)\s*\(|\b(?:fprintf|vfprintf)\s*\(\s*std(?:out|err)\b"
    r"|\bfputs?c?\s*\([^;]*\bstd(?:out|err)\s*\)"
)


def check_banned_functions():
    for path in c_files("server", "include", "admin"):
        for found in BANNED.finditer(code(path)):
            yield f"{path}:{line_of(code(path), found.start())}: {found[1]}()"


def check_no_printing():
    """Only programs print: lower layers return errors, sessions log."""
    for path in c_files("server", "include"):
        if layer(path) == "proc":
            continue
        for found in PRINTING.finditer(code(path)):
            yield f"{path}:{line_of(code(path), found.start())}: {found[0]}"


def check_lower_layers_do_not_log():
    for path in c_files("server", "include"):
        speaking = ("session", "imap", "lmtp", "managesieve", "submission", "proc")
        if layer(path) in speaking or path.match("*/base/log.*"):
            continue
        for found in re.finditer(r"\blog_(event|fields)\s*\(", code(path)):
            yield f"{path}:{line_of(code(path), found.start())}: {found[0]}"


SQL = re.compile(
    r"\bSELECT\s.*\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b"
    r"|\bCREATE\s+(TABLE|INDEX|TYPE|FUNCTION)\b|\bALTER\s+TABLE\b|\b(DROP|TRUNCATE)\s+TABLE\b",
    re.DOTALL,
)


def check_no_sql_in_c():
    for path in c_files("server", "include", "admin"):
        for line, content in strings(path):
            if SQL.search(content):
                yield f"{path}:{line}: SQL belongs into sql/queries"


# Put together here so that this file does not find itself.
MARKS = re.compile(
    "|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b", r"\bHA" + r"CK\b",
              "not " + "implemented", "unimple" + "mented", "for " + "now,", "tempo" + "rary hack"])
)  # fmt: skip


def check_nothing_unfinished():
    for path in files():
        for found in MARKS.finditer(text(path)):
            yield f"{path}:{line_of(text(path), found.start())}: {found[0]}"


def check_every_query_is_used():
    stored = "".join(code(path) for path in c_files("server") if layer(path) == "store")
    for path in files():
        if path.match("sql/queries/*.sql"):
            for name in re.findall(r"^-- name: (\w+)", text(path), re.MULTILINE):
                if f"STATEMENT_{name.upper()}" not in stored:
                    yield f"{path}: nobody uses {name}"


def check_commands_are_whole():
    """Each IMAP command says in which states it comes and what its RFC is."""
    for path in c_files("server"):
        for found in re.finditer(
            r"const struct imap_command (\w+) = \{(.*?)\n\};", text(path), re.DOTALL
        ):
            for member in (".name = ", ".rfc = ", ".states = ", ".run = "):
                if member not in found[2]:
                    yield f"{path}: {found[1]} has no {member.strip(' =')}"


# Form ------------------------------------------------------------------------------------


def check_format():
    done = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", *c_files()],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        yield from sorted(
            {line.split(":")[0] for line in done.stderr.splitlines() if "clang-format" in line}
        )


def check_shell():
    scripts = [path for path in files() if re.search(r"\b(ba)?sh$", shebang(path))]
    done = subprocess.run(["shellcheck", *scripts], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        yield done.stdout


def check_python():
    for path in files():
        if path.suffix == ".py" or "python3" in shebang(path):
            try:
                compile(text(path), path, "exec")
            except SyntaxError as problem:
                yield f"{path}: {problem}"


def check_trailing_space():
    for path in files():
        if re.search(r"[ \t]$", text(path), re.MULTILINE):
            yield str(path)


# Documents -------------------------------------------------------------------------------


def server_says(*options):
    build = Path(os.environ.get("POSTROOM_TEST_BUILD", ROOT / "build-test"))
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    done = subprocess.run(
        [build / "postroomd", *options], capture_output=True, text=True, env=environment
    )
    return done.stdout or done.stderr


def check_configuration_reference():
    """docs/configuration.md has the table that postroomd prints."""
    if server_says("--print-reference").strip() not in text(Path("docs/configuration.md")):
        yield "docs/configuration.md: put in what `postroomd --print-reference` says"


def check_rights_document():
    """docs/rights.md is what the table of rights says."""
    done = subprocess.run(
        ["tests/protocol/rights/generate", "check"], capture_output=True, text=True
    )
    if done.returncode:
        yield done.stderr.strip()


def check_example_configuration():
    """docs/postroom.conf is what postroomd makes of an empty file."""
    if server_says("-c", "/dev/null", "--print-config") != text(Path("docs/postroom.conf")):
        yield "postroomd -c /dev/null --print-config >docs/postroom.conf"


def check_documents_name_files_that_exist():
    named = re.compile(r"`((?:server|include|admin|sql|tests|docs)/[\w./-]+)`")
    for path in files():
        if path.suffix == ".md":
            for found in named.finditer(text(path)):
                if not (ROOT / found[1]).exists():
                    yield f"{path}:{line_of(text(path), found.start())}: there is no {found[1]}"
