"""The forms of an import of supporters: the file, then what its people agreed to and what its columns mean."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Site

from tocsin.actions.importing.columns import PERSON_FIELDS
from tocsin.actions.importing.files import LIMITS
from tocsin.actions.importing.read_person import FIRST_YEAR
from tocsin.desk.export_form import purposes
from tocsin.pages.brand import brand_of
from tocsin.supporters.models import Consent, SupporterImport

A_PURPOSE = RegexValidator(r"^[a-z][a-z0-9_-]{0,38}$", gettext_lazy("Write the purpose in small letters, like “news”."))
CONSENT_FIELDS = ("purpose", "basis", "wording", "controller", "source", "language", "agreed_on")
LABELS = {field.name: field.label for field in PERSON_FIELDS}


# What to do where something was left out.
MISSING = {
    "purpose": gettext_lazy("Say what they agreed to, in one word, like “news”."),
    "basis": gettext_lazy("Choose whether they said yes themselves, or whether it follows from a gift or membership."),
    "wording": gettext_lazy("Copy in the words that they agreed to."),
    "controller": gettext_lazy("Say which organisation asked them, with its address."),
    "source": gettext_lazy("Say where they agreed, so that it can be proved later."),
}


class PeopleFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
        help_text=gettext_lazy(
            "CSV or Excel (.xlsx), 60 MB and 200,000 rows at most. The first row names the columns."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.bytes:
            raise forms.ValidationError(_("The file is larger than 60 MB. Cut it in two."))
        return file


class ConsentForm(forms.Form):
    """Nobody is imported without it: what they agreed to, in which words, where and when."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=39,
        validators=[A_PURPOSE],
        help_text=gettext_lazy("As the questions on your action pages call it."),
        widget=forms.TextInput(attrs={"list": "known-purposes", "autocomplete": "off"}),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Basis"),
        choices=Consent.Basis,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Implied consent ends by itself two years after the day below, and leaves every list."),
    )
    wording = forms.CharField(
        label=gettext_lazy("The words they agreed to"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Exactly as they read them. For implied consent, what it comes from: “Gave in the winter appeal 2025”."
        ),
    )
    controller = forms.CharField(
        label=gettext_lazy("Who asked them"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Name and postal address of the organisation that asked."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it was given"),
        max_length=200,
        help_text=gettext_lazy("For example: sign-up sheets at the march of 1 October 2026."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of the words above, and of people whose row does not say."),
    )
    agreed_on = forms.DateField(
        label=gettext_lazy("Day on which they agreed"),
        required=False,
        widget=AdminDateInput,
        help_text=gettext_lazy("For rows that do not say it themselves."),
    )

    def __init__(self, upload: SupporterImport, data: Any = None) -> None:
        super().__init__(data, initial=upload.consent or self._proposed(), label_suffix="")
        self.upload, self.purposes = upload, purposes()
        for name, says in MISSING.items():
            self.fields[name].error_messages["required"] = says

    @staticmethod
    def _proposed() -> dict[str, str]:
        """The organisation as its pages say it; nothing that only staff can know."""
        words = brand_of(Site.objects.filter(is_default_site=True).first()).words(settings.LANGUAGE_CODE)
        lines = (words["organisation"], words["postal_address"])
        return {"controller": "\n".join(line for line in lines if line), "language": settings.LANGUAGE_CODE}

    def clean_agreed_on(self) -> date | None:
        day: date | None = self.cleaned_data["agreed_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Enter the day on which people agreed."))
        if day and day.year < FIRST_YEAR:
            raise forms.ValidationError(_("This day is too long ago. Enter the day on which people agreed."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        columns = self.columns()
        if "email" not in columns:
            self.add_error(None, _("Say which column holds the e-mail address, under “What the columns mean”."))
        for label in self._meant_twice():
            said_twice = _("Two columns mean “%(field)s”. Say which one it is, and leave the other out.")
            self.add_error(None, said_twice % {"field": label})
        if not said.get("agreed_on") and "agreed_on" not in columns and "agreed_on" not in self.errors:
            self.add_error("agreed_on", _("Enter the day on which they agreed, or say which column holds it."))
        return said

    def meanings(self) -> dict[int, str]:
        """What each column means, as chosen; as guessed, or said before, where nothing was sent."""
        columns = range(len(self.upload.columns))
        if not any(f"column-{at}" in self.data for at in columns):
            return {at: name for name, at in self.upload.mapping.get("columns", {}).items()}
        chosen = {at: str(self.data.get(f"column-{at}", "")) for at in columns}
        return {at: name for at, name in chosen.items() if name in LABELS}

    def columns(self) -> dict[str, int]:
        """Where each meaning stands."""
        return {name: at for at, name in self.meanings().items()}

    def _meant_twice(self) -> list[str]:
        often = Counter(self.meanings().values())
        return [str(LABELS[name]) for name in LABELS if often[name] > 1]

    def consent(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CONSENT_FIELDS}

    def said(self) -> list[tuple[Any, str]]:
        """What was agreed to, for people to read."""
        kept = self.upload.consent
        shown = {"basis": dict(Consent.Basis.choices), "language": dict(settings.LANGUAGES)}
        return [
            (self.fields[name].label, str(shown.get(name, {}).get(kept[name], kept[name])))
            for name in CONSENT_FIELDS
            if kept.get(name)
        ]
