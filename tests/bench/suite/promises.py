"""What Postroom promises: TARGETS, beside what was measured. Wrong replies fail a
run; a target that is not met is only reported, the machine may be busy.
"""

from typing import NamedTuple


class Target(NamedTuple):
    scenario: str
    figure: str  # of a run, or of its own figures
    against: str  # whose same figure is 1; "": the figure itself counts
    bound: str  # "at least" or "at most"
    value: float
    unit: str = "×"  # of the value


PER_SECOND = "per_second"
TARGETS = (
    Target("login", PER_SECOND, "sdbox", "at least", 5),
    Target("append-8", PER_SECOND, "sdbox", "at least", 1.3),
    Target("append-8", PER_SECOND, "SQL", "at least", 0.75),
    Target("append-mix-8", PER_SECOND, "sdbox", "at least", 0.8),
    Target("append-mix-8", PER_SECOND, "SQL", "at least", 0.8),
    Target("append-shared", PER_SECOND, "sdbox", "at least", 1.2),
    Target("append-mix-shared", PER_SECOND, "sdbox", "at least", 1.2),
    Target("lmtp-hot-1", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-hot-4", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-hot-16", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-hot-16", PER_SECOND, "SQL", "at least", 0.75),
    Target("lmtp-spread-1", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-spread-4", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-spread-16", PER_SECOND, "sdbox", "at least", 1.3),
    Target("lmtp-spread-16", PER_SECOND, "SQL", "at least", 0.75),
    Target("lmtp-mix-spread-16", PER_SECOND, "sdbox", "at least", 0.8),
    Target("lmtp-mix-spread-16", PER_SECOND, "SQL", "at least", 0.8),
    Target("lmtp-to-exists", "p99_ms", "sdbox", "at most", 1),
    Target("sync", PER_SECOND, "sdbox", "at least", 2),
    Target("sync-first-100k", "p50_ms", "", "at most", 800, "ms"),
    Target("headers", PER_SECOND, "sdbox", "at least", 1.2),
    Target("fetch", PER_SECOND, "sdbox", "at least", 1),
    Target("store", PER_SECOND, "sdbox", "at least", 0.6),
    Target("store", PER_SECOND, "cyrus", "at least", 4),
    Target("store-bulk-seen", PER_SECOND, "sdbox", "at least", 2),
    Target("store-bulk", PER_SECOND, "cyrus", "at least", 5),
    Target("select", PER_SECOND, "sdbox", "at least", 1.5),
    Target("select-1m", PER_SECOND, "sdbox", "at least", 1.5),
    Target("select-100k", "cold_ms", "", "at most", 80, "ms"),
    Target("status", PER_SECOND, "sdbox", "at least", 1),
    Target("cycle", PER_SECOND, "sdbox", "at least", 1),
    Target("search-subject", PER_SECOND, "sdbox", "at least", 10),
    Target("search-text", PER_SECOND, "sdbox", "at least", 50),
    Target("mixed", PER_SECOND, "sdbox", "at least", 1.2),
    Target("idle-fanout-1000-1w", "p99_ms", "", "at most", 12, "ms"),
    Target("idle-fanout-1000-1w", "p99_ms", "SQL", "at most", 1.25),
    Target("idle-fanout-1000", "p99_ms", "", "at most", 20, "ms"),
    Target("idle-fanout-5000-1w", "p99_ms", "", "at most", 50, "ms"),
    Target("idle-fanout-5000", "p99_ms", "", "at most", 50, "ms"),
    Target("idle-memory", "octets_per_session", "", "at most", 12 * 1024, "octets"),
    Target("idle-memory", "p50_ms", "", "at most", 50, "ms"),
    Target("idle-memory-tls", "octets_per_session", "", "at most", 28 * 1024, "octets"),
    Target("idle-memory-tls", "p50_ms", "", "at most", 50, "ms"),
    Target("idle-memory-10k", "octets_per_session", "", "at most", 12 * 1024, "octets"),
    Target("idle-memory-tls-10k", "octets_per_session", "", "at most", 28 * 1024, "octets"),
    Target("big-mailbox", "octets_per_message", "", "at most", 100, "octets"),
    Target("big-mailbox", "other_p99_ms", "", "at most", 50, "ms"),
)


# Figures that must be 0 in a run of Postroom: news that did not come.
FAULTS = ("lost",)


def faults(run):
    """What makes a run wrong, as text; nothing when all replies were right."""
    found = [f"{name} {figure_of(run, name):g}" for name in FAULTS if figure_of(run, name)]
    return ", ".join(filter(None, [run.get("failed"), *found]))


def figure_of(run, name):
    """None when there is none."""
    return run.get(name, run.get("figures", {}).get(name))


def compare(runs):
    """A dict for each target whose scenario was run, with Postroom's `measured`
    and whether it is `met`: None when there is nothing to compare with."""
    by = {(run["scenario"], run["by"]): run for run in runs}
    return [
        _compare_one(target, by)
        for target in TARGETS
        if (target.scenario, "postroom") in by
        and (not target.against or (target.scenario, target.against) in by)
    ]


def _compare_one(target, by):
    measured = figure_of(by[target.scenario, "postroom"], target.figure)
    if target.against and measured is not None:
        other = figure_of(by[target.scenario, target.against], target.figure)
        measured = measured / other if other else None
    met = None
    if measured is not None:
        at_least = target.bound == "at least"
        met = measured >= target.value if at_least else measured <= target.value
    return {**target._asdict(), "measured": measured, "met": met}
