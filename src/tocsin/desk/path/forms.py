"""What every screen of the path has: fields in each language, what is kept of them, and what is still to be said.

A field that is wrong never keeps the others from being kept: whoever goes back, or leaves, finds what they entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.forms.boundfield import BoundField
from django.utils.functional import Promise

from tocsin.desk.path.keep import outline_in
from tocsin.desk.path.models import Plan
from tocsin.desk.path.outline import Outline

# What a field says of itself: words, or words that are translated once they are shown.
type Said = Any

NAMES: dict[str, str | Promise] = dict(settings.LANGUAGES)


class StepForm(forms.Form):
    """One screen. `fields_in_each` makes the fields that every language of the plan has: title_en, title_fr."""

    title: ClassVar[str | Promise]
    template: ClassVar[str]

    def __init__(self, plan: Plan, person: AbstractBaseUser | AnonymousUser, **kwargs: Any) -> None:
        self.plan, self.somebody = plan, person
        super().__init__(**{"label_suffix": "", **kwargs, "initial": self.now() | kwargs.get("initial", {})})
        for language in self.spoken:
            for name, field in self.fields_in_each(language).items():
                field.widget.attrs["lang"] = language
                self.fields[f"{name}_{language}"] = field

    @property
    def outline(self) -> Outline:
        return outline_in(self.plan)

    @property
    def spoken(self) -> list[str]:
        return self.outline["languages"]

    def fields_in_each(self, language: str) -> dict[str, forms.Field]:  # noqa: ARG002
        return {}

    def now(self) -> dict[str, Any]:
        """What stands in the plan, by the names of the fields."""
        return {}

    def standing(self) -> dict[str, Any]:
        """The same with what no field can be given to begin with, like a file."""
        return self.now()

    def keep(self) -> None:
        """Writes what is right into the plan."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """What the screen shows besides the fields."""
        return {}

    def in_each(self) -> Iterator[tuple[str, str | Promise, list[BoundField]]]:
        """(code, name, fields) of each language."""
        for language in self.spoken:
            names = self.fields_in_each(language)
            yield language, NAMES[language], [self[f"{name}_{language}"] for name in names]

    def cleaned_in(self, language: str) -> dict[str, Any]:
        """The right answers of one language, by the names without it."""
        found = {name: f"{name}_{language}" for name in self.fields_in_each(language)}
        return {name: self.cleaned_data[full] for name, full in found.items() if full in self.cleaned_data}

    def as_typed(self) -> StepForm:
        """The same screen with what was typed, before anybody has judged it."""
        typed = {
            name: field.widget.value_from_datadict(self.data, self.files, name)
            for name, field in self.fields.items()
            if not isinstance(field, forms.FileField)
        }
        return type(self)(self.plan, self.somebody, initial=typed)


def line(label: Said, longest: int, help_text: Said = "", *, needed: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, help_text=help_text, required=needed)


def lines(label: Said, longest: int, rows: int, help_text: Said = "", *, needed: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, widget=widget, help_text=help_text, required=needed)
