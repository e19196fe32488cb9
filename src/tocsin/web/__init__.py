"""The public's HTTP: a door to the street without rules of its own."""
