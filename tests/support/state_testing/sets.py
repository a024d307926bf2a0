"""Sequence sets: made at random, resolved as a server must."""

STAR = None


class SequenceSet:
    """Of message numbers or of UIDs (RFC 3501 section 9, sequence-set)."""

    def __init__(self, items, by_uid):
        self.items = items  # [(first, last)], STAR for "*"
        self.by_uid = by_uid

    def __str__(self):
        def text(number):
            return "*" if number is STAR else str(number)

        return ",".join(
            text(first) if first == last else f"{text(first)}:{text(last)}"
            for first, last in self.items
        )

    def has_star(self):
        return any(STAR in item for item in self.items)

    def uids(self, view):
        """What it means for a client with this view, if that knows its UIDs."""
        if None in view.uids:
            return []
        known = view.uids if self.by_uid else range(1, len(view.uids) + 1)
        largest = known[-1] if known else 0
        wanted = set()
        for item in self.items:
            first, last = sorted(largest if number is STAR else number for number in item)
            wanted |= {
                uid for number, uid in zip(known, view.uids) if first <= number <= last
            }
        return sorted(wanted)


class Saved:
    """ "$": what the last SEARCH with SAVE has found and is still there (RFC 5182)."""

    def __init__(self, by_uid):
        self.by_uid = by_uid

    def __str__(self):
        return "$"

    def has_star(self):
        return False

    def uids(self, view):
        return [uid for uid in view.uids if uid in view.saved]


def random_set(rng, view, by_uid):
    if view.saved and rng.random() < 0.2:
        return Saved(by_uid)
    known = [uid for uid in view.uids if uid] if by_uid else list(range(1, len(view.uids) + 1))

    def number():
        if rng.random() < 0.1:
            return STAR
        if by_uid and rng.random() < 0.15:
            return rng.randint(1, (known[-1] if known else 1) + 5)
        return rng.choice(known)

    if not known:
        return SequenceSet([(1, STAR)], True)
    items = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        first = number()
        items.append((first, number() if rng.random() < 0.4 else first))
    return SequenceSet(items, by_uid)
