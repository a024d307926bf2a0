"""What tests/bench/run does once everything is built."""
