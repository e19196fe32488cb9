"""Loads a file of postal codes as a table of its own, which is used once somebody says so; all in the background."""
