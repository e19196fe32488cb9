"""Finds actions, supporters and consents like this, however many there are: for the desk's lists and for exports."""
