"""Tests of campaigns, editions and targets."""
