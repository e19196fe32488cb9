"""The tests mirror the rooms of src/tocsin; tests/promises holds one file for each promise of the design."""
