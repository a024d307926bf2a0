"""Tables in Markdown and plots in SVG (gnuplot)."""

import re
import subprocess

from .series import MEMORY, PAGES, PROCESSOR, TIME

HEADINGS = {
    PROCESSOR: "processor time, ms",
    PAGES: "pages touched",
    MEMORY: "memory, KB",
    TIME: "as the client sees it, ms",
}


def short(value):
    """1234567 → 1.2M, for sizes."""
    for factor, letter in ((1 << 20, "M"), (1 << 10, "K")):
        if value % factor == 0 and value >= factor:
            return f"{value // factor}{letter}"
    return f"{value:,}"


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 1 else f"{value:.3g}"


def verdict(series):
    return f"**{series.law}**" if series.differs else series.law


def table(result, quantity):
    all_series = result.of(quantity)
    if not all_series:
        return []
    sizes = sorted({size for series in all_series for size in series.points})
    head = [HEADINGS[quantity], *map(short, sizes), "exponent", "law seen", "expected"]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(sizes) + 1) + "|---|---|"]
    for series in all_series:
        cells = [number(series.points[s]) if s in series.points else "" for s in sizes]
        cells = [series.name, *cells, f"{series.exponent:.2f}", verdict(series), series.expected]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def plotted(result):
    """Quantities of which there is a curve."""
    return [
        quantity
        for quantity in (PROCESSOR, MEMORY)
        if any(len(series.points) > 1 for series in result.of(quantity))
    ]


def plot_name(axis, quantity):
    return f"growth-{axis.NAME}-{quantity.split()[0]}.svg"


def section(result):
    axis = result.axis
    lines = [f"## {axis.TITLE}", ""]
    for quantity in HEADINGS:
        lines += table(result, quantity)
    for quantity in plotted(result):
        lines += [f"![{axis.TITLE}: {HEADINGS[quantity]}]({plot_name(axis, quantity)})", ""]
    return lines


def differences(results):
    return [
        f"- {result.axis.TITLE}: {series.name}, {HEADINGS[series.quantity]}: {series.law} "
        f"instead of {series.expected}"
        for result in results
        for series in result.series.values()
        if series.differs
    ]


INTRODUCTION = """# How cost grows

Made by `tests/bench/growth/run`: one client, nothing else to do, {cores} cores, PostgreSQL that
flushes to disk. Processor time is that of the workers and of the PostgreSQL processes that serve
them, for one operation; pages are those that its statements touched, in memory or not, which no
other load disturbs; the index for SEARCH is off. The exponent is that of the last decade: 0
constant, 1 linear. A law in bold is worse than expected.
"""


def write_document(folder, results, cores):
    found = differences(results)
    lines = [INTRODUCTION.format(cores=cores)]
    lines += ["**What grows faster than it should:**", "", *found] if found else [
        "Nothing grows faster than it should."
    ]
    lines.append("")
    for result in results:
        lines += section(result)
    (folder / "growth.md").write_text("\n".join(lines).rstrip("\n") + "\n", "utf-8")


PLOT = """set terminal svg size 760,420 background rgb 'white' font 'sans-serif,11'
set output '{output}'
set logscale xy
set grid
set key outside right
set xlabel '{unit}'
set ylabel '{quantity}'
set autoscale xfix
set format x '%.0s%c'
plot {lines}
"""


def plot(folder, result, quantity):
    blocks, lines = [], []
    for series in result.of(quantity):
        if len(series.points) < 2:
            continue
        title = series.name.replace("'", "''")
        lines.append(f"'-' using 1:2 with linespoints title '{title}' noenhanced")
        blocks += [f"{s} {max(v, 1e-4)}" for s, v in sorted(series.points.items())] + ["e"]
    output = folder / plot_name(result.axis, quantity)
    script = PLOT.format(
        output=output, unit=result.axis.UNIT, quantity=quantity, lines=", ".join(lines)
    )
    subprocess.run(["gnuplot"], input=script + "\n".join(blocks) + "\n", check=True, text=True)
    output.write_text(re.sub(r"[ \t]+$", "", output.read_text(), flags=re.MULTILINE))
