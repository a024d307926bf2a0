"""The figures as a table for people."""

COLUMNS = (
    # heading, width, from the figures of a run
    ("scenario", 22, lambda run: run["scenario"]),
    ("by", 9, lambda run: run["by"]),
    ("ops/s", 10, lambda run: number(run["per_second"])),
    ("p50 ms", 9, lambda run: number(run["p50_ms"])),
    ("p95 ms", 9, lambda run: number(run["p95_ms"])),
    ("p99 ms", 9, lambda run: number(run["p99_ms"])),
    ("max ms", 9, lambda run: number(run["max_ms"])),
    ("CPU ms/op", 10, lambda run: number(run["processor_ms"])),
    ("of SQL", 7, lambda run: ratio(run, "ratio")),
    ("CPU of SQL", 10, lambda run: ratio(run, "processor_ratio")),
)


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


def ratio(run, name):
    return f"{run[name]:.2f}" if name in run else ""


def print_heading():
    print("  ".join(f"{heading:>{width}}" for heading, width, _ in COLUMNS), flush=True)


def print_run(run):
    if "skipped" in run:
        print(f"{run['scenario']:>22}  {run['by']:>9}  passed over: {run['skipped']}", flush=True)
        return
    print("  ".join(f"{cell(run):>{width}}" for _, width, cell in COLUMNS))
    figures = run["figures"]
    for name in figures:
        print(f"{'':>24}{name.replace('_', ' '):<36}{number(figures[name]):>12}")
    print(end="", flush=True)
