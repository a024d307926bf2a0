"""What Postroom promises of single figures. Wrong replies end a run before it
comes to this; a promise about time is only reported, the machine may be busy.
"""

# scenario, figure, at most, messages from which it counts, whether breaking it fails the run
PROMISES = (
    ("big-mailbox", "octets_per_message", 100, 100000, True),
    ("big-mailbox", "other_p99_ms", 50, 100000, False),
    ("idle-fanout", "lost", 0, 0, True),
)


def check(runs):
    """Prints each promise; True when none is broken that must not be."""
    kept = True
    for scenario, figure, most, least_messages, fails in PROMISES:
        for run in runs:
            if run["scenario"] != scenario or run["figures"].get("messages", 0) < least_messages:
                continue
            value = run["figures"][figure]
            broken = value > most
            kept = kept and not (broken and fails)
            verdict = "BROKEN" if broken else "kept"
            print(f"{scenario}: {figure.replace('_', ' ')} {value:g}, at most {most}: {verdict}")
    return kept
