"""EditionNote: what a campaigner says about a change of words that people had signed already."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.campaign import Campaign
from tocsin.campaigns.models.edition import Edition


class EditionNote(models.Model):
    """Stands open from the moment when changed words are published until somebody says what follows from it."""

    class Answer(models.TextChoices):
        CORRECTION = "correction", _("It is a correction. The page says so, and shows what changed.")
        NEW_SIGNATURES = (
            "new",
            _("It needs new signatures. The page says so, and only the new words can be signed from now on."),
        )
        KEPT = "kept", _("It changes nothing that people signed, like a misprint. The page says nothing of it.")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="edition_notes")
    language = models.CharField(max_length=10)
    # The words that people had signed, and those that stand there now. Later changes move `after` while it is open.
    before = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    after = models.OneToOneField(Edition, models.CASCADE, related_name="note")
    acted_before = models.PositiveBigIntegerField(help_text=_("How many had signed earlier words of this page."))
    asked_at = models.DateTimeField(db_default=Now())
    answer = models.CharField(max_length=10, choices=Answer, blank=True, db_default="", default="")
    sentence = models.TextField(blank=True, default="", help_text=_("What the page says of the change."))
    reason = models.TextField(blank=True, default="", help_text=_("Why nothing follows from it. Staff see this."))
    # Frozen with the answer, shortened for the page: [[part, [[kind of piece, text], …]], …].
    shown = models.JSONField(default=list)
    answered_at = models.DateTimeField(null=True)
    answered_by_name = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        verbose_name = _("note on an edition")
        verbose_name_plural = _("notes on editions")
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "language"], condition=Q(answer=""), name="one_open_note_per_page"
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["correction", "new"]) | ~Q(sentence=""), name="shown_change_has_a_sentence"
            ),
            models.CheckConstraint(condition=~Q(answer="kept") | ~Q(reason=""), name="kept_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.before.number} → {self.after.number} ({self.language})"
