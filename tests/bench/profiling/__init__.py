"""Where the time goes: tests/bench/profile."""
