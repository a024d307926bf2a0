"""The figures as tables for people."""

COLUMNS = (
    # heading, width, from the figures of a run
    ("scenario", 22, lambda run: run["scenario"]),
    ("by", 9, lambda run: run["by"]),
    ("ops/s", 9, lambda run: number(run["per_second"])),
    ("p50 ms", 8, lambda run: number(run["p50_ms"])),
    ("p95 ms", 8, lambda run: number(run["p95_ms"])),
    ("p99 ms", 8, lambda run: number(run["p99_ms"])),
    ("CPU ms/op", 9, lambda run: number(run["processor_ms"])),
    ("octets/op", 10, lambda run: number(run["octets"])),
    ("PSS MB", 7, lambda run: number(run["memory_octets"] / 2**20)),
)
RATIOS = (("ops/s", "per_second"), ("p99", "p99_ms"), ("CPU", "processor_ms"))
TARGET_COLUMNS = "{:>22}  {:>20}  {:>9}  {:>10}  {:>17}  {}"


def number(value):
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


def print_heading():
    print("  ".join(f"{heading:>{width}}" for heading, width, _ in COLUMNS), flush=True)


def print_run(run):
    columns = COLUMNS if "per_second" in run else COLUMNS[:2]
    print("  ".join(f"{cell(run):>{width}}" for _, width, cell in columns))
    figures = run.get("figures", {})
    for name in figures:
        print(f"{'':>33}{name.replace('_', ' '):<36}{number(figures[name]):>12}")
    if "failed" in run:
        print(f"{'':>33}FAILED, {run['failures']} of {run['rounds']} rounds: {run['failed']}")
    if "skipped" in run:
        print(f"{'':>33}passed over: {run['skipped']}")
    print(end="", flush=True)


def print_ratios(runs):
    """How many times what each other does: more is better of ops/s, less of the rest."""
    measured = {(run["scenario"], run["by"]): run for run in runs if "per_second" in run}
    others = list(dict.fromkeys(by for _, by in measured if by != "postroom"))
    if not others:
        return
    print("\nPostroom by the others: how many times their operations, p99, processor time")
    print(f"{'':>22}" + "".join(f"{other:>24}" for other in others))
    print(f"{'scenario':>22}" + "".join(f"{name:>8}" for name, _ in RATIOS) * len(others))
    for scenario in dict.fromkeys(scenario for scenario, _ in measured):
        line = f"{scenario:>22}"
        for other in others:
            pair = measured.get((scenario, "postroom")), measured.get((scenario, other))
            line += "".join(f"{ratio(*pair, figure):>8}" for _, figure in RATIOS)
        print(line)


def ratio(run, other, figure):
    if not run or not other or not other[figure]:
        return ""
    return f"{run[figure] / other[figure]:.2f}"


def print_targets(compared):
    if not compared:
        return
    print()
    print(TARGET_COLUMNS.format("scenario", "figure", "against", "measured", "target", ""))
    for target in compared:
        verdict = {True: "met", False: "NOT MET", None: "nothing to compare with"}
        wanted = f"{target['bound']} {target['value']:g} {target['unit']}"
        print(
            TARGET_COLUMNS.format(
                target["scenario"],
                target["figure"].replace("_", " "),
                target["against"],
                number(target["measured"]),
                wanted,
                verdict[target["met"]],
            )
        )
