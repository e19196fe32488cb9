"""Tocsin: the bell rung to call people to act."""
