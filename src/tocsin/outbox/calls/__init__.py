"""Telling other software what happened: which endpoints there are, and each call of one of them."""
