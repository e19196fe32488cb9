"""The people who act, sealed, and what they agreed to."""
