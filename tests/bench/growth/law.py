"""Which law a series of costs follows."""

import math

LAWS = ("constant", "levels off", "logarithmic", "between", "linear", "more than linear")
FLAT = 1.6  # times over the whole range: noise of a machine that does other things, too


def exponent(points):
    """Of the last decade: what does not grow hides the law at the small end."""
    sizes = sorted(points)
    last = sizes[-1]
    earlier = [size for size in sizes[:-1] if size * 10 <= last] or sizes[:1]
    first = earlier[-1]
    if last == first or points[first] <= 0 or points[last] <= 0:
        return 0.0
    return math.log(points[last] / points[first]) / math.log(last / first)


def seen(points, flat_difference):
    first, last = points[min(points)], points[max(points)]
    power = exponent(points)
    if last <= first * FLAT or last - first <= flat_difference:
        return "constant"
    if power < 0.1:
        return "levels off"
    if power < 0.25:
        return "logarithmic"
    if power < 0.7:
        return "between"
    return "linear" if power <= 1.25 else "more than linear"


def is_worse(law, expected):
    return LAWS.index(law) > LAWS.index(expected)
