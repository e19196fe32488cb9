"""Tests of what the public reads and campaigners write."""
