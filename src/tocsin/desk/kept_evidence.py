"""The file behind a line while it is only shown: kept already, and named by a sealed word that the form carries on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest

from tocsin.campaigns import evidence
from tocsin.campaigns.models import Campaign

SALT = "tocsin.desk.kept_evidence"
HOURS = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """What a previewed line carries on: the key that makes two clicks one line, and its file, if it has one."""

    key: str
    file: str = ""

    @property
    def kind(self) -> str:
        return evidence.kind_named(self.file).upper()

    def sealed(self, request: HttpRequest, campaign: Campaign, screen: str = "") -> str:
        """Good for this person, this campaign, this screen and half a day."""
        return signing.dumps([self.key, self.file, request.user.pk, campaign.pk], salt=SALT + screen)


def carried(request: HttpRequest, campaign: Campaign, screen: str = "") -> Draft | None:
    """The draft that a form brings back; None where it brings none of ours, or another screen's."""
    try:
        key, file, user, about = _opened(request, screen)
    except (signing.BadSignature, ValueError):
        return None
    return Draft(key, file) if (user, about) == (request.user.pk, campaign.pk) else None


def _opened(request: HttpRequest, screen: str) -> Any:
    return signing.loads(request.POST.get("draft", ""), salt=SALT + screen, max_age=HOURS * 3600)


def new_draft(before: Draft | None, file: str) -> Draft:
    """With the new file, else with the one that was kept before."""
    return Draft(before.key if before else secrets.token_hex(16), file or (before.file if before else ""))


class EvidenceField(forms.FileField):
    """A file that is sealed away as soon as the form is whole; its cleaned value is the name it is kept under."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return ""
        if upload.size > evidence.MOST_BYTES:
            raise forms.ValidationError(evidence.too_large())
        try:
            return evidence.keep(upload.read())
        except evidence.NoEvidence as why:
            raise forms.ValidationError(str(why)) from None
