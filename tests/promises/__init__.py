"""One file for each promise of the design: what the house is for, and what must never break."""
