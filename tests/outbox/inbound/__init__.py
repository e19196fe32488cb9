"""The tests of what comes back by mail."""
