"""Edition: the words of a page as they were published, frozen; and how many acted on each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.campaign import Campaign
from tocsin.campaigns.models.trial import Trial


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self, campaign: Campaign, language: str, trial: Trial | None = None) -> Edition | None:
        """The page's newest words; with a trial, those of its wording B."""
        return self.filter(campaign=campaign, language=language, trial=trial).order_by("-number").first()

    def spoken(self, campaign: Campaign, language: str) -> list[Edition]:
        """What a page says now, in one query: its newest words, and those of wording B while a trial runs."""
        of_page = self.filter(campaign=campaign, language=language)
        newest = of_page.order_by("-number").values("number")
        own, other = newest.filter(trial=None)[:1], newest.filter(trial__state=Trial.State.RUNNING)[:1]
        both = of_page.filter(Q(number=Subquery(own)) | Q(number=Subquery(other)))
        return list(both.order_by(F("trial").asc(nulls_first=True)))


class Edition(models.Model):
    """The frozen, published wording of an action page. `words` never changes; `sha256` proves it."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="editions")
    language = models.CharField(max_length=10)
    # Set for the other wording of a page that is being tried: it speaks for the page only as long as the trial runs.
    trial = models.ForeignKey(Trial, models.PROTECT, null=True, related_name="editions")
    number = models.PositiveIntegerField()
    words = models.JSONField()
    sha256 = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(db_default=Now())
    published_by_name = models.CharField(
        max_length=160, blank=True, default="", db_default="", help_text=_("Empty where no person at the desk did it.")
    )
    retired_at = models.DateTimeField(
        null=True, help_text=_("Set when a change needs new signatures: this edition is no longer accepted.")
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "language", "number"], name="edition_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.language} · {self.number}"


class EditionTally(models.Model):
    """How many counted actions point to an edition. Kept in the transactions that keep the campaign's tally."""

    edition = models.OneToOneField(Edition, models.CASCADE, primary_key=True, related_name="tally")
    counted = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("tally of an edition")
        verbose_name_plural = _("tallies of editions")

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.counted}"
