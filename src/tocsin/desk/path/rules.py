"""The fifth screen: what people are asked, what they agree to, until when it runs, and where replies go."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Kind, ReplyTo, Targeting
from tocsin.desk.path.forms import StepForm, lines
from tocsin.desk.path.outline import DATES, moment
from tocsin.desk.zones import time_zones
from tocsin.lib.zones import is_zone
from tocsin.pages.blocks import DetailBlock

ALWAYS = ("given_name", "family_name", "email")
ASKED = [("no", _("Not asked")), ("may", _("May be answered")), ("must", _("Must be answered"))]


class RulesForm(StepForm):
    title = _("What is asked, and until when")
    template = "desk/path/rules.html"

    asks_to_write = forms.BooleanField(
        label=_("Ask whether you may write to them again"),
        required=False,
        help_text=_("Nothing is ticked in advance, and whatever they answer, what they sent leaves."),
    )
    goal = forms.IntegerField(
        label=_("Goal"),
        min_value=1,
        max_value=2_000_000_000,
        required=False,
        help_text=_("How many people. Empty: the page shows no goal."),
    )
    opens_at = forms.DateTimeField(
        label=_("Opens"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    reply_to = forms.ChoiceField(label=_("Replies go"), choices=ReplyTo.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zones(self.outline["rules"]["time_zone"])  # type: ignore[attr-defined]
        if self.outline["kind"] == Kind.PETITION:
            del self.fields["reply_to"]
        for kind, label in DetailBlock.KINDS:
            if kind not in ALWAYS:
                self.fields[f"ask_{kind}"] = self._question(kind, label)

    def _question(self, kind: str, label: Any) -> forms.ChoiceField:
        needed = kind == self.deciding
        field = forms.ChoiceField(label=label, choices=ASKED[2:] if needed else ASKED, required=False)
        if needed:
            field.help_text = _("Who gets the letter is found by it.")
        return field

    @property
    def deciding(self) -> str:
        """The detail whose answer decides who gets the letter, if any does."""
        rules = self.outline["rules"]
        if self.outline["kind"] == Kind.PETITION or rules["targeting"] == Targeting.FIXED:
            return ""
        return "postal_code" if rules["targeting"] == Targeting.POSTAL_CODE else str(rules["matched_by"])

    def fields_in_each(self, language: str) -> dict[str, forms.Field]:  # noqa: ARG002
        return {
            "consent": lines(
                _("The question"), 500, 3, _("Who will write, about what, and that one can stop it."), needed=False
            )
        }

    def questions(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("ask_")]

    # ── what stands there ─────────────────────────────────────────────────────────────────────────────────────
    def now(self) -> dict[str, Any]:
        rules = self.outline["rules"]
        consents = {language: _news(self.outline["words"][language]["consents"]) for language in self.spoken}
        return {
            "asks_to_write": any(consents.values()),
            **{f"consent_{language}": said or "" for language, said in consents.items()},
            **{name: rules[name] for name in ("goal", "time_zone", "reply_to")},
            **{name: self._there(name) for name in DATES},
            **self._asked_now(),
        }

    def _asked_now(self) -> dict[str, str]:
        """Of the first language; the form is the same in all of them."""
        details = [detail["value"] for detail in self.outline["words"][self.spoken[0]]["details"]]
        asked = {detail["kind"]: "must" if detail["required"] else "may" for detail in details}
        known = {f"ask_{kind}": asked.get(kind, "no") for kind, _label in DetailBlock.KINDS}
        return known | ({f"ask_{self.deciding}": "must"} if self.deciding else {})

    def _there(self, name: str) -> datetime | None:
        at = moment(self.outline["dates"].get(name, ""))
        return timezone.make_naive(at, self._zone(self.outline["rules"]["time_zone"])) if at else None

    # ── what was entered ──────────────────────────────────────────────────────────────────────────────────────
    def full_clean(self) -> None:
        """Dates are meant in the time zone that is posted with them."""
        with timezone.override(self._zone(self.data.get("time_zone", ""))):
            super().full_clean()

    def _zone(self, name: str) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(name if is_zone(name) else Campaign().time_zone)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if closes and closes <= timezone.now():
            self.add_error(
                "closes_at", ValidationError(_("This moment has passed. Name one that is still to come, or none."))
            )
        elif opens and closes and closes <= opens:
            self.add_error("closes_at", ValidationError(_("A campaign cannot close before it opens.")))
        for language in self.spoken:
            if (
                cleaned.get("asks_to_write")
                and not cleaned.get(f"consent_{language}")
                and f"consent_{language}" not in self.errors
            ):
                self.add_error(
                    f"consent_{language}", ValidationError(_("Write the question in this language, or do not ask it."))
                )
        return cleaned

    def keep(self) -> None:
        cleaned, rules = self.cleaned_data, self.outline["rules"]
        for name in ("goal", "time_zone", "reply_to"):
            if name in cleaned:
                rules[name] = cleaned[name]
        for name in DATES:
            if name in cleaned:
                self._keep_date(name, cleaned[name])
        for language in self.spoken:
            self._keep_questions(self.outline["words"][language], cleaned, language)

    def _keep_date(self, name: str, at: datetime | None) -> None:
        if at:
            self.outline["dates"][name] = at.isoformat()
        else:
            self.outline["dates"].pop(name, None)

    def _keep_questions(self, words: dict[str, Any], cleaned: dict[str, Any], language: str) -> None:
        asked = {kind: cleaned[f"ask_{kind}"] or "no" for kind, _label in DetailBlock.KINDS if f"ask_{kind}" in cleaned}
        words["details"] = _details(words["details"], asked)
        text = cleaned.get(f"consent_{language}")
        if "asks_to_write" in cleaned and text is not None:
            words["consents"] = _consents(words["consents"], text if cleaned["asks_to_write"] else "")


def _details(before: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
    """The details in the order they had, new ones at the end; labels and helps stay."""
    kept = [detail for detail in before if asked.get(detail["value"]["kind"]) != "no"]
    there = {detail["value"]["kind"] for detail in kept}
    new = [kind for kind, answer in asked.items() if answer != "no" and kind not in there]
    blank = {"label": "", "help": "", "required": False}
    details = [*kept, *({"type": "detail", "value": {**blank, "kind": kind}} for kind in new)]
    return [
        {
            **detail,
            "value": {
                **detail["value"],
                "required": asked[kind] == "must"
                if (kind := detail["value"]["kind"]) in asked
                else detail["value"]["required"],
            },
        }
        for detail in details
    ]


def _news(consents: list[dict[str, Any]]) -> str | None:
    """The words of the question whether one may write again, or None where it is not asked."""
    return next((str(consent["value"]["text"]) for consent in consents if consent["value"]["purpose"] == "news"), None)


def _consents(before: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The same with the question about news as it is worded now, or without it; other purposes stay."""
    others = [consent for consent in before if consent["value"]["purpose"] != "news"]
    control = next((one["value"]["control"] for one in before if one["value"]["purpose"] == "news"), "box")
    news = {"type": "consent", "value": {"purpose": "news", "text": text, "control": control}}
    return [news, *others] if text else others
