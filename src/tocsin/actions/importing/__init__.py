"""Brings supporters in from a file: read, mapped, checked, carried out and taken back, in the background."""
