"""Supporter, and the consents that each one gave or refused."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Supporter(models.Model):
    """A person, known by the digest of their canonical e-mail address. Who they are is sealed."""

    email_digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField(help_text=_("Name, addresses, telephone: sealed, for the context “supporter”."))
    language = models.CharField(max_length=10)
    first_seen_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")

    def __str__(self) -> str:
        return f"supporter {self.pk}"


class ConsentWording(models.Model):
    """The exact words of one question in one language. Never changed: other words are another row."""

    purpose = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    text = models.TextField()
    controller = models.TextField(help_text=_("Who asks: name and address as they were shown."))
    sha256 = models.CharField(max_length=64, unique=True)
    first_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")

    def __str__(self) -> str:
        return self.text[:80]

    @staticmethod
    def fingerprint(purpose: str, language: str, text: str, controller: str) -> str:
        return hashlib.sha256("\0".join((purpose, language, text, controller)).encode()).hexdigest()


class Consent(models.Model):
    """One answer, also a no, to one question about one purpose. Append-only."""

    class Control(models.TextChoices):
        BOX = "box", _("Unticked box")
        YES_NO = "yes_no", _("Yes or no, none chosen beforehand")

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="consents")
    wording = models.ForeignKey(ConsentWording, models.PROTECT, related_name="answers")
    control = models.CharField(max_length=10, choices=Control)
    yes = models.BooleanField()
    language = models.CharField(max_length=10)
    page_url = models.CharField(max_length=400)
    # The action and the edition it was given with. Plain numbers: those rooms are above and beside this one.
    action_ref = models.BigIntegerField()
    edition_ref = models.BigIntegerField()
    method = models.CharField(max_length=10, default="web")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action_ref", "wording"], name="one_answer_per_action_and_question")
        ]

    def __str__(self) -> str:
        return f"{self.wording.purpose}: {'yes' if self.yes else 'no'}"
