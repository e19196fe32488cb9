"""Small helps for the desk's templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as written
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def signed(number: int) -> str:
    """A number of the ledger with its sign: +785, −12."""
    return f"{'−' if number < 0 else '+'}{number_format(abs(number), force_grouping=True)}"


@register.filter
def plain(number: int) -> SafeString:
    """A number for an address or an attribute: no language writes a separator into it."""
    return mark_safe(str(int(number)))  # noqa: S308  (digits)


@register.filter(expects_localtime=True)
def moment(at: datetime | None) -> str:
    """A day and a time that nobody in Canada or elsewhere can read two ways: 23 Nov 2026, 19:15."""
    return str(written(at, pgettext("a day and a time, in Django's date format", "j M Y, H:i")))


@register.filter(expects_localtime=True)
def day(at: date | None) -> str:
    return str(written(at, pgettext("a day, in Django's date format", "j M Y")))


@register.filter
def of(found: Mapping[Any, Any], key: object) -> Any:
    """What a table has under this key."""
    return found.get(key)
