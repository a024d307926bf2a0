"""What was measured: for each axis a number of series, each with an expected law."""

from dataclasses import dataclass, field

from . import law

PROCESSOR = "processor ms"
PAGES = "pages"
MEMORY = "memory KB"
TIME = "ms"
# Differences that may be noise, or one more level of some index.
FLAT = {PROCESSOR: 0.4, PAGES: 4, MEMORY: 64, TIME: 5}


@dataclass
class Series:
    name: str
    quantity: str
    expected: str
    points: dict = field(default_factory=dict)  # size → value

    @property
    def law(self):
        return law.seen(self.points, FLAT[self.quantity])

    @property
    def exponent(self):
        return law.exponent(self.points)

    @property
    def differs(self):
        return law.is_worse(self.law, self.expected)


class Result:
    """The series of one axis."""

    def __init__(self, axis):
        self.axis = axis
        self.series = {}

    def add(self, size, name, quantity, value, expected):
        key = (quantity, name)
        self.series.setdefault(key, Series(name, quantity, expected)).points[size] = value

    def add_cost(self, size, name, cost, expected):
        """Whoever looks up a key touches one page more for each level of the index."""
        self.add(size, name, PROCESSOR, cost.processor_us / 1000, expected)
        pages = "logarithmic" if expected == "constant" else expected
        self.add(size, name, PAGES, cost.pages, pages)

    def of(self, quantity):
        return [series for series in self.series.values() if series.quantity == quantity]
