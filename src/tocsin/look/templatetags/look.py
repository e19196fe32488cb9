"""Numbers, moments, addresses and files as public pages show them, in the language that is active."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_decimal
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tocsin.lib.merging import FIELD

register = template.Library()

# One number for each of the forms that a language may have: the script picks by Intl.PluralRules.
EXAMPLES = {"one": 1, "many": 1_000_000, "other": 2}
# What stands in a letter for what is not known yet.
NOT_YET_KNOWN: dict[str, Promise | str] = {
    "name": _("your name"),
    "city": _("your city"),
    "postal_code": _("your postal code"),
    "riding": _("your riding"),
    "target": _("their name"),
    "office": _("their office"),
}


def _locale() -> Locale:
    return Locale.parse((get_language() or settings.LANGUAGE_CODE).replace("-", "_"))


@register.filter
def number(value: int) -> str:
    """12,000,000 or 12 000 000: as the language writes it, with spaces that never break."""
    return format_decimal(value, locale=_locale())


@register.filter
def percent(value: int) -> str:
    """22% or 22 %: as the language writes it."""
    return gettext("%(number)s%%") % {"number": value}


@register.filter
def day(value: date) -> str:
    """December 3, 2026, as the language writes it."""
    return format_date(value, "long", locale=_locale())


@register.filter
def moment(value: datetime) -> str:
    """December 3, 2026, 9:00 AM (Eastern Standard Time): in the time zone that the value carries, and saying which."""
    locale = _locale()
    return gettext("%(date)s, %(time)s (%(zone)s)") % {
        "date": format_date(value.date(), "long", locale=locale),
        "time": format_time(value.time(), "short", locale=locale),
        "zone": get_timezone_name(value, locale=locale),
    }


@register.filter
def signed(value: int) -> str:
    """+212 or −12, as the language writes numbers."""
    return f"{'−' if value < 0 else '+'}{number(abs(value))}"


def _people(count: int) -> str:
    return ngettext("%(number)s person has taken action", "%(number)s people have taken action", count)


def _with_you(count: int) -> str:
    return ngettext(
        "With you, %(number)s person has taken action.", "With you, %(number)s people have taken action.", count
    )


@register.simple_tag
def people_have_acted(count: int, *, with_you: bool = False) -> SafeString:
    """The sentence, with its number in <strong>."""
    sentence = _with_you(count) if with_you else _people(count)
    return format_html(sentence.replace("%(number)s", "{}"), format_html("<strong>{}</strong>", number(count)))


@register.simple_tag
def sentences_to_refresh() -> dict[str, str]:
    """The same sentence in each of its forms, with {n} for the number, for the script that keeps it fresh."""
    return {form: _people(count) % {"number": "{n}"} for form, count in EXAMPLES.items()}


@register.simple_tag
def asset(path: str) -> str:
    """The address of one of our files. Without the list of them, its plain name: an error page must not fail, too."""
    try:
        return static(path)
    except ValueError:
        return urljoin(settings.STATIC_URL, path)


@register.filter
def in_full(address: str, page_url: str) -> str:
    """An address as others must write it: with the host of the page it stands on."""
    return urljoin(page_url, address)


@register.filter
def host(address: str) -> str:
    """Where a link leads, in the shortest words: “vimeo.com”."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


@register.filter
def in_a_link(text: str) -> str:
    """Text as one part of a mailto: link; spaces become %20, since mail programs would show a plus."""
    return quote(str(text), safe="")


@register.filter
def answer_to(answers: Mapping[str, Any], name: str) -> Any:
    """One answer out of many: templates cannot look up a key that is itself a value."""
    return answers.get(name)


@register.filter
def with_fields(text: str, values: Mapping[str, str]) -> SafeString:
    """The locked part of a letter with its fields filled in; a field that is not known yet says what will be there."""

    def shown(found: re.Match[str]) -> str:
        known = values.get(found[1]) or NOT_YET_KNOWN.get(found[1], found[0])
        return format_html('<span class="blank" data-field="{}">{}</span>', found[1], known)

    return mark_safe(FIELD.sub(shown, escape(text)))  # noqa: S308  (both halves are escaped)


@register.filter
def as_json(value: object) -> str:
    """For an attribute that the script reads: a script element would be against the page's policy."""
    return json.dumps(value, ensure_ascii=False)
