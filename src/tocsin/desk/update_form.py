"""The form of an update: who gets it, what it says in each language, how fast it leaves and from when."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.widgets import AdminDateTimeInput

from tocsin.actions.models import Update
from tocsin.actions.updates.steer import languages_of, purposes_of
from tocsin.campaigns.models import Campaign
from tocsin.desk.zones import zone_named
from tocsin.lib.plaintext import many_lines
from tocsin.supporters.purposes import purpose_said

ASKED = ("audience", "purpose", "language", "per_hour", "not_before")
LONGEST_SUBJECT = 150
LONGEST_TEXT = 20_000
FIELD = re.compile(r"\{[^{}\n]{0,40}\}")


class UpdateForm(forms.ModelForm[Update]):
    """Moments are written and read in the campaign's own time zone, whoever sits at the desk."""

    class Meta:
        model = Update
        fields = ASKED
        widgets: ClassVar = {"audience": forms.RadioSelect}

    def __init__(self, campaign: Campaign, *args: Any, everywhere: bool, **kwargs: Any) -> None:
        """`everywhere`: whether its writer may also mail people of other campaigns."""
        super().__init__(*args, **kwargs)
        self.zone = zoneinfo.ZoneInfo(campaign.time_zone)
        self.instance.campaign = campaign
        self.languages = [(code, name) for code, name in settings.LANGUAGES if code in languages_of(campaign)]
        self._ask_who(campaign, everywhere=everywhere)
        self._ask_when(campaign)
        for code, name in self.languages:
            self._ask_for_words(code, str(name))

    def _ask_who(self, campaign: Campaign, *, everywhere: bool) -> None:
        audiences = [one for one in Update.Audience.choices if everywhere or one[0] != Update.Audience.AGREED]
        purposes = [(purpose, purpose_said(purpose)) for purpose in purposes_of(campaign)]
        self.fields["audience"] = forms.ChoiceField(
            label=_("Who gets it"),
            choices=audiences,
            widget=forms.RadioSelect,
            initial=Update.Audience.ACTED,
            help_text=_(
                "Whoever acted may be told what became of it, and of nothing else. For an appeal, for money or for "
                "another campaign, choose those who agreed."
            ),
        )
        self.fields["purpose"] = forms.ChoiceField(
            label=_("Agreed to"),
            choices=[("", _("Everybody: no consent is asked for")), *purposes],
            required=False,
            help_text=_("For those who agreed: the purpose under which your pages file the consent."),
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("Each person in the language they acted in")), *self.languages],
            required=False,
        )

    def _ask_when(self, campaign: Campaign) -> None:
        self.fields["not_before"] = forms.DateTimeField(
            label=_("Not before"),
            required=False,
            widget=AdminDateTimeInput,
            help_text=_("In the campaign's time zone, %(zone)s. Empty: at once.")
            % {"zone": zone_named(campaign.time_zone)},
        )
        if at := self.instance.not_before:
            self.initial["not_before"] = timezone.make_naive(at, self.zone)

    def _ask_for_words(self, code: str, language: str) -> None:
        said = self.instance.words.get(code, {})
        self.fields[f"subject_{code}"] = forms.CharField(
            label=_("Subject, %(language)s") % {"language": language},
            max_length=LONGEST_SUBJECT,
            required=False,
            initial=said.get("subject", ""),
            widget=forms.TextInput(attrs={"lang": code}),
        )
        self.fields[f"text_{code}"] = forms.CharField(
            label=_("Text, %(language)s") % {"language": language},
            max_length=LONGEST_TEXT,
            required=False,
            initial=said.get("text", ""),
            widget=forms.Textarea(attrs={"rows": 14, "lang": code}),
            help_text=_(
                "Plain text; an empty line begins a paragraph, and web addresses become links. {name} becomes the "
                "person's first name. Who you are and the way out are added below it."
            ),
        )

    @property
    def words_fields(self) -> list[tuple[str, list[Any]]]:
        """For the template: each language with its fields."""
        return [(str(name), [self[f"subject_{code}"], self[f"text_{code}"]]) for code, name in self.languages]

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_not_before(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["not_before"]
        if at and at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed. Name one that is still to come."))
        return at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("audience") != Update.Audience.ACTED and not cleaned.get("purpose"):
            self.add_error("purpose", _("Choose what people agreed to, or write to everybody who acted."))
        if cleaned.get("audience") == Update.Audience.ACTED:
            cleaned["purpose"] = ""
        for code, _name in self.languages:
            self._check_words(cleaned, code)
        if not any(cleaned.get(f"text_{code}") for code, _name in self.languages) and not self.errors:
            self.add_error(f"text_{self.languages[0][0]}", _("Write what you have to say, in one language at least."))
        return cleaned

    def _check_words(self, cleaned: dict[str, Any], code: str) -> None:
        subject, text = cleaned.get(f"subject_{code}", ""), many_lines(cleaned.get(f"text_{code}", ""))
        cleaned[f"text_{code}"] = text
        if text and not subject:
            self.add_error(f"subject_{code}", _("Write a subject: people see it first."))
        if subject and not text:
            self.add_error(f"text_{code}", _("Write the text, or take the subject away."))
        for name, said in ((f"subject_{code}", subject), (f"text_{code}", text)):
            if unknown := [field for field in FIELD.findall(said) if field != "{name}"]:
                self.add_error(name, _("Only {name} is filled in here, and not %(field)s.") % {"field": unknown[0]})

    def save(self, commit: bool = True) -> Update:  # noqa: FBT001, FBT002  (Django's signature)
        self.instance.words = self._words()
        saved: Update = super().save(commit)
        return saved

    def save_over_draft(self) -> bool:
        """Only what is asked here, and only while it is a draft: a colleague may have let it go meanwhile."""
        self.instance.words = self._words()
        said = {name: getattr(self.instance, name) for name in (*ASKED, "words")}
        return bool(Update.objects.filter(pk=self.instance.pk, state=Update.State.DRAFT).update(**said))

    def _words(self) -> dict[str, dict[str, str]]:
        said = self.cleaned_data
        return {
            code: {"subject": said[f"subject_{code}"], "text": said[f"text_{code}"]} for code, _name in self.languages
        }
