"""Tests of the heart."""
