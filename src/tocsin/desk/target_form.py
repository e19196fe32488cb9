"""The form of a target: who it is, how it is addressed, where letters go and how fast, and who follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.forms_of_address import OFFICE_KINDS
from tocsin.campaigns.models import Target, TargetWords
from tocsin.campaigns.targeting.names import is_division
from tocsin.campaigns.targeting.who import follow_in_a_circle
from tocsin.desk.zones import time_zones
from tocsin.lib.emailaddress import NotAnAddress, read_address

FORMS_OF_ADDRESS = ("style", "person", "office", "organisation", "salutation")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that one thinks of together."""

    heading: str | Promise
    help: str | Promise
    fields: list[BoundField]
    with_words: bool = False


class WordsForm(forms.ModelForm[TargetWords]):
    """How the target is addressed in one language. Left empty, there is no row: the words of its office are used."""

    class Meta:
        model = TargetWords
        fields = FORMS_OF_ADDRESS

    @property
    def says_something(self) -> bool:
        return any(self.cleaned_data.get(name) for name in FORMS_OF_ADDRESS)

    def keep(self, target: Target) -> None:
        self.instance.target = target
        if self.says_something:
            self.save()
        elif self.instance.pk:
            self.instance.delete()

    def validate_unique(self) -> None:
        """Each language stands on the form once, so no two rows can be made here."""

    def now_said(self) -> TargetWords | None:
        """How a letter begins and ends as things are stored; None for a target that is only being made."""
        target = self.instance.target if self.instance.target_id else None
        return target.words(self.instance.language) if target else None


class TargetForm(forms.ModelForm[Target]):
    """The target with its forms of address, one group for each language."""

    GROUPS: ClassVar[list[tuple[str | Promise, str | Promise, tuple[str, ...]]]] = [
        (
            gettext_lazy("Who it is"),
            "",
            ("name", "office_kind", "gender", "language", "division_name", "division", "party"),
        ),
        (
            gettext_lazy("Where letters go"),
            "",
            ("email", "other_emails", "postal_address", "phone"),
        ),
        (
            gettext_lazy("How letters arrive"),
            gettext_lazy("A pace that the office can take. Day is from 8 to 18 h, Monday to Friday, in its own zone."),
            ("mode", "per_hour_by_day", "per_hour_by_night", "time_zone", "paused"),
        ),
        (gettext_lazy("Still in office?"), "", ("status", "successor")),
    ]
    WORDS_AFTER = 0

    class Meta:
        model = Target
        fields = (
            "name", "office_kind", "gender", "language", "division_name", "division", "party",
            "email", "other_emails", "postal_address", "phone",
            "mode", "per_hour_by_day", "per_hour_by_night", "time_zone", "paused",
            "status", "successor",
        )  # fmt: skip
        widgets: ClassVar = {
            "other_emails": forms.Textarea(attrs={"rows": 2}),
            "postal_address": forms.Textarea(attrs={"rows": 3}),
            "mode": forms.RadioSelect,
            "status": forms.RadioSelect,
        }
        help_texts: ClassVar = {
            "office_kind": gettext_lazy(
                "Decides how letters begin and end, in each language, where you write nothing of its own below."
            ),
            "gender": gettext_lazy(
                "Only for “Madame la Ministre” or “Dear Ms. Doe”. Not known: words that fit anybody."
            ),
            "division_name": gettext_lazy("For a target who represents an area. Look-ups find it by this name too."),
            "paused": gettext_lazy("They wait here until you take the tick away. None is lost."),
            "successor": gettext_lazy(
                "For a target no longer in office: new letters go to this one. Left empty, they wait."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office_kind"].widget = forms.Select(choices=self._office_kinds())
        self.fields["time_zone"].widget = forms.Select(choices=time_zones(self.instance.time_zone))
        self._offer_successors()
        known = {words.language: words for words in self.instance.in_words.all()} if self.instance.pk else {}
        self.in_words = [
            WordsForm(
                self.data if self.is_bound else None,
                instance=known.get(code) or TargetWords(target=self._stored(), language=code),
                prefix=f"in_{code}",
            )
            for code, _name in settings.LANGUAGES
        ]

    def _stored(self) -> Target | None:
        return self.instance if self.instance.pk else None

    def _office_kinds(self) -> list[tuple[str, str | Promise]]:
        """The table's, and one that an import brought and the table does not know."""
        own = self.instance.office_kind
        known = {kind for kind, _label in OFFICE_KINDS}
        return [
            ("", _("Another, or it does not matter")),
            *OFFICE_KINDS,
            *([] if own in known | {""} else [(own, own)]),
        ]

    def _offer_successors(self) -> None:
        field = self.fields["successor"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Target.objects.exclude(pk=self.instance.pk)
            field.label_from_instance = name_and_riding  # type: ignore[method-assign,assignment]

    @property
    def groups(self) -> Iterator[Group]:
        for at, (heading, help_text, names) in enumerate(self.GROUPS):
            yield Group(heading, help_text, [self[name] for name in names], with_words=at == self.WORDS_AFTER)

    def clean_other_emails(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["other_emails"].splitlines() if line.strip()]
        return "\n".join(dict.fromkeys(map(_address, lines)))

    def clean_division(self) -> str:
        division: str = self.cleaned_data["division"].strip()
        if division and not is_division(division):
            raise ValidationError(
                _("This is no division. Write one like ocd-division/country:ca/ed:35075-2023, or leave it empty.")
            )
        return division

    def clean_successor(self) -> Target | None:
        """Nobody follows themselves, not even by way of others."""
        successor: Target | None = self.cleaned_data["successor"]
        if successor is not None and follow_in_a_circle(self.instance, successor):
            raise ValidationError(_("They would follow each other in a circle. Choose somebody else."))
        return successor

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        letters_by_mail = cleaned.get("mode") != Target.Mode.HAND_IN
        if letters_by_mail and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the address that letters go to, or choose that they are handed in."))
        return cleaned

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[words.is_valid() for words in self.in_words]])

    def save(self, commit: bool = True) -> Target:  # noqa: FBT001, FBT002  (Django's own signature)
        target: Target = super().save(commit)
        for words in self.in_words:
            words.keep(target)
        return target


def name_and_riding(target: Target) -> str:
    return " · ".join(part for part in (target.name, target.division_name) if part)


def _address(line: str) -> str:
    try:
        return read_address(line).spelled
    except NotAnAddress:
        raise ValidationError(_("“%(line)s” is no e-mail address."), params={"line": line}) from None
