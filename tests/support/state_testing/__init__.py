"""Random commands in several sessions, checked against a model (tests/protocol/state)."""
