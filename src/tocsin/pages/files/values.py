"""One value of a file, read as the field that it is for would take it; or why it cannot stand there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.lib.plaintext import many_lines


class Wrong(ValueError):
    """This value cannot stand here. Its text is a sentence for whoever wrote the file."""


def value_for(field: Any, value: Any) -> Any:
    """Raises Wrong. Dates without a zone stay so: `in_zone` puts them into one."""
    if isinstance(field, models.BooleanField):
        return of_kind(bool, value, _("true or false, without quotation marks"))
    if isinstance(field, models.IntegerField):
        return _checked(field, of_kind(int, value, _("a whole number, without quotation marks")))
    if isinstance(field, models.DateTimeField):
        return of_kind(datetime, value, _("a day and a time like 2026-12-01T09:00:00-05:00, without quotation marks"))
    if isinstance(field, models.DateField):
        return of_kind(date, value, _("a day like 2026-12-01, without quotation marks"))
    text = many_lines(of_kind(str, value, _("a text in quotation marks")))
    if field.choices and text not in {choice for choice, _label in field.flatchoices} | (
        {""} if field.blank else set()
    ):
        raise not_offered(text, [str(choice) for choice, _label in field.flatchoices if choice])
    if not isinstance(field, models.TextField):
        check_one_line(text)
    check_length(text, field.max_length)
    return _checked(field, text)


def in_zone(at: datetime, zone: str) -> datetime:
    return at if timezone.is_aware(at) else at.replace(tzinfo=ZoneInfo(zone))


def check_length(text: str, longest: int | None) -> None:
    if longest and len(text) > longest:
        said = _("It is too long: there is room for %(longest)s characters, and it has %(length)s.")
        raise Wrong(said % {"longest": longest, "length": len(text)})


def check_one_line(text: str) -> None:
    if "\n" in text:
        raise Wrong(_("It must stand on one line."))


def not_offered(text: str, offered: list[str]) -> Wrong:
    said = _("“%(text)s” cannot stand here. Write one of these: %(offered)s.")
    return Wrong(said % {"text": text[:80], "offered": ", ".join(offered)})


def of_kind[T](kind: type[T], value: Any, wanted: str) -> T:
    """A date is no moment here, and yes and no are no numbers, whatever Python holds."""
    if type(value) is not kind:
        raise Wrong(_("Write %(wanted)s here.") % {"wanted": wanted})
    return value


def _checked(field: Any, value: Any) -> Any:
    try:
        field.run_validators(value)
    except ValidationError as wrong:
        raise Wrong(" ".join(wrong.messages)) from None
    return value
