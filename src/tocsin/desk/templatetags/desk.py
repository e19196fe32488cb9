"""Small helps for the desk's templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.defaultfilters import date as written
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, pgettext

from tocsin.actions.invalidate import SIGNS
from tocsin.campaigns.evidence import is_kept, kind_named
from tocsin.desk.own_words import in_words, is_ours
from tocsin.desk.zones import zone_named
from tocsin.supporters.purposes import purpose_said

register = template.Library()


@register.filter
def signed(number: int) -> str:
    """A number of the ledger with its sign: +785, −12, 0."""
    sign = "−" if number < 0 else "+" if number else ""
    return f"{sign}{number_format(abs(number), force_grouping=True)}"


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
def times(ratio: float) -> str:
    """How many times as many: 1.4; the French write 1,4. To one place, and more where it would say “as many” of what is
    not."""
    if ratio == float("inf"):
        return "∞"
    places = next((places for places in (1, 2) if round(ratio, places) != 1 or ratio == 1), 3)
    return str(number_format(round(ratio, places), places))


@register.filter
def language_name(code: str) -> str:
    """A language in the reader's own: “French”."""
    return str(get_language_info(code)["name_translated"])


@register.filter
def first_id(field: BoundField) -> str:
    """Where a link to a field leads: its only input, or the first of its choices."""
    choices = field.subwidgets[:1]
    return field.id_for_label or (choices[0].id_for_label if choices else field.auto_id)


@register.filter
def kind_of_file(name: str) -> str:
    """“PDF” for the name of a sealed scan."""
    return kind_named(name).upper()


@register.filter
def is_still_kept(name: str) -> bool:
    """Whether the evidence of that name is there, or its time was over."""
    return is_kept(name)


@register.filter
def zone_name(name: str) -> str:
    """A time zone as somebody knows it."""
    return zone_named(name)


@register.filter
def sign_said(sign: str) -> Promise | str:
    """What a sign of abuse is, in words."""
    return SIGNS.get(sign, sign)


register.filter(purpose_said)
register.filter(in_words)
register.filter(is_ours)


@register.filter
def of(found: Mapping[Any, Any], key: object) -> Any:
    """What a table has under this key."""
    return found.get(key)
