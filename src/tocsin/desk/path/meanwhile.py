"""Two windows on one screen of the path: the second is told what the first changed, and neither loses a word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from tocsin.desk.path.forms import StepForm
from tocsin.desk.templatetags.desk import moment


@dataclass(frozen=True, slots=True)
class Standing:
    """A field of which something else stands in the plan than what is posted."""

    field: BoundField
    said: str


def mark_of(form: StepForm) -> str:
    """A fingerprint of what stands on a screen. It goes out with the form and comes back with what was entered."""
    standing = json.dumps(form.standing(), default=str, sort_keys=True)
    return sha256(standing.encode()).hexdigest()[:32]


def changed_meanwhile(form: StepForm, mark: str) -> list[Standing]:
    """What was changed since the form with this mark was shown, where it is not what is posted anyway."""
    if not mark or mark == mark_of(form):
        return []
    standing = form.standing()
    return [Standing(form[name], in_words(form[name], standing[name])) for name in standing if _differs(form, name)]


def _differs(form: StepForm, name: str) -> bool:
    if name not in form.fields:
        return False
    bound = form[name]
    if isinstance(bound.field, forms.DateTimeField):  # Django takes every moment for changed: only one has a zone
        return bool((bound.data or None) != bound.field.widget.format_value(form.standing()[name]))
    return name in form.changed_data


def in_words(bound: BoundField, value: Any) -> str:
    """A value as somebody reads it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(bound.field, forms.ChoiceField):
        return ", ".join(_labels(bound.field.choices, value if isinstance(value, list) else [value]))
    return "" if value is None else str(value)


def _labels(choices: Any, values: list[Any]) -> list[str]:
    wanted = {str(value) for value in values}
    known: list[tuple[Any, Any]] = list(flatten_choices(choices))
    return [str(label) for value, label in known if str(value) in wanted]
