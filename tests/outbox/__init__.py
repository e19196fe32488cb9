"""Tests of what leaves: mails, their states, and a real mail server on this machine."""
