"""Supporters and what they agreed to."""
