"""The first screen: what it is called, what it begins with, and in which languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Kind
from tocsin.desk.path.forms import StepForm, line
from tocsin.desk.path.models import CampaignModel
from tocsin.desk.path.outline import Outline, empty, speak, to_begin_with
from tocsin.desk.path.shelf import house_models, outline_named
from tocsin.pages.making import home_in

BLANK: list[tuple[str, str | Promise]] = [
    (Kind.LETTER, _("A letter: each person writes to a decision-maker")),
    (Kind.PETITION, _("A petition: each person signs one text")),
]


def _name() -> forms.CharField:
    return line(_("Name"), 160, _("What you and your colleagues call it. The public does not see it."))


def languages_to_write_in(person: AbstractBaseUser | AnonymousUser) -> list[tuple[str, str | Promise]]:
    """Those with a home page below which this person may add a page."""
    homes = {code: home_in(code) for code, _name in settings.LANGUAGES}
    return [
        (code, name)
        for code, name in settings.LANGUAGES
        if (home := homes[code]) is not None and home.permissions_for_user(person).can_add_subpage()
    ]


class BeginForm(forms.Form):
    """How a plan begins."""

    name = _name()
    begin_with = forms.ChoiceField(label=_("Begin with"), widget=forms.RadioSelect, initial=Kind.LETTER)
    languages = forms.MultipleChoiceField(label=_("Languages"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, person: AbstractBaseUser | AnonymousUser, data: Any = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        offered = languages_to_write_in(person)
        all_of_them = {"languages": [code for code, _name in offered]}
        super().__init__(data, initial=all_of_them | (initial or {}), label_suffix="")
        self.fields["begin_with"].choices = _beginnings()  # type: ignore[attr-defined]
        offer_languages(self, offered)

    def outline(self) -> Outline:
        """The plan to begin with."""
        wanted, languages = self.cleaned_data["begin_with"], self.cleaned_data["languages"]
        if wanted in Kind.values:
            return empty(wanted, languages, self.cleaned_data["name"])
        outline = to_begin_with(outline_named(wanted), self.cleaned_data["name"])
        speak(outline, languages)
        return outline


def _beginnings() -> list[Any]:
    """Empty ones, the house's models, and those that the organisation keeps."""
    house = [(model.key, model.said) for model in house_models()]
    kept = [(f"kept:{model.pk}", model.name) for model in CampaignModel.objects.all()]
    groups = [(_("Empty"), BLANK), (_("A model of the house"), house)]
    return [*groups, (_("A model of yours"), kept)] if kept else groups


def offer_languages(form: forms.Form, offered: list[tuple[str, str | Promise]]) -> None:
    form.fields["languages"].choices = offered  # type: ignore[attr-defined]
    form.fields["languages"].error_messages["required"] = _("Choose at least one language.")


class WhatForm(StepForm):
    """The same screen later on: what it began with is no longer asked."""

    title = _("What it is")
    template = "desk/path/what.html"

    name = _name()
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect, choices=BLANK)
    languages = forms.MultipleChoiceField(label=_("Languages"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(code, name) for code, name in settings.LANGUAGES if code in self.outline["languages"]]
        offered = {**dict(languages_to_write_in(self.somebody)), **dict(known)}
        offer_languages(self, [(code, name) for code, name in settings.LANGUAGES if code in offered])

    def now(self) -> dict[str, Any]:
        return {"name": self.outline["name"], "kind": self.outline["kind"], "languages": self.outline["languages"]}

    def clean_languages(self) -> list[str]:
        wanted: list[str] = self.cleaned_data["languages"]
        made = (
            set(self.plan.campaign.action_pages.values_list("locale__language_code", flat=True))
            if self.plan.campaign
            else set()
        )
        if made - set(wanted):
            raise ValidationError(
                _("A draft in this language is there already. Remove it under “Pages” if it shall go.")
            )
        return wanted

    def keep(self) -> None:
        self.outline["name"] = self.cleaned_data.get("name", self.outline["name"])
        self.outline["kind"] = self.cleaned_data.get("kind", self.outline["kind"])
        if "languages" in self.cleaned_data:
            speak(self.outline, self.cleaned_data["languages"])
