"""How cost grows: tests/bench/growth/run."""
