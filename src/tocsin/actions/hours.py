"""What happened, hour by hour: roll-ups of actions, places, page views and letters, so that no picture scans the rows.

Hours are UTC: every day of every time zone that is whole hours away is a sum of them. None of these rows names or
numbers a person; all of them can be made again from the rows they sum up. (docs/decisions/0026-roll-ups.md)
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign


class HourOfActions(models.Model):
    """Counted actions accepted in one hour, in one language, from one source. Their sum is the tally."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="hours_of_actions", db_index=False)
    hour = models.DateTimeField()
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=100, blank=True)
    people = models.BigIntegerField(default=0)
    own_words = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("hour of actions")
        verbose_name_plural = _("hours of actions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "hour", "language", "source"], name="one_sum_of_actions")
        ]
        indexes: ClassVar = [models.Index(fields=["hour", "campaign"], name="actions_by_hour")]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.hour:%Y-%m-%d %H} · {self.people}"


class HourOfPlace(models.Model):
    """Counted actions of one hour by where people live. Kept by the hour so that it can be proved and made again; shown
    only as the whole of a campaign, since two ranges side by side would tell of single persons."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Province or territory")
        RIDING = "riding", _("Riding")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="hours_of_places", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    place = models.CharField(max_length=120)
    hour = models.DateTimeField()
    people = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("hour of a place")
        verbose_name_plural = _("hours of places")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "kind", "place", "hour"], name="one_sum_of_a_place")
        ]
        indexes: ClassVar = [models.Index(fields=["hour", "campaign"], name="places_by_hour")]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.place} · {self.hour:%Y-%m-%d %H}"


class HourOfViews(models.Model):
    """How often this server gave out a campaign's page in one hour, and where its readers came from."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="hours_of_views", db_index=False)
    hour = models.DateTimeField()
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=100, blank=True)
    views = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("hour of page views")
        verbose_name_plural = _("hours of page views")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "hour", "language", "source"], name="one_sum_of_views")
        ]
        indexes: ClassVar = [models.Index(fields=["hour", "campaign"], name="views_by_hour")]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.hour:%Y-%m-%d %H} · {self.views}"


class HourOfLetters(models.Model):
    """What happened to letters in one hour: a server took, refused, or broke off; they came back, or were answered."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="hours_of_letters", db_index=False)
    hour = models.DateTimeField()
    language = models.CharField(max_length=10)
    fate = models.CharField(max_length=10)
    letters = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("hour of letters")
        verbose_name_plural = _("hours of letters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "hour", "language", "fate"], name="one_sum_of_letters")
        ]
        indexes: ClassVar = [models.Index(fields=["hour", "campaign"], name="letters_by_hour")]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.hour:%Y-%m-%d %H} · {self.fate} · {self.letters}"


class RollUpMark(models.Model):
    """How far a walk through the rows has come: “actions” backwards to `at`, “letters” forwards."""

    walk = models.CharField(max_length=10, primary_key=True)
    at = models.DateTimeField()
    done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("mark of a roll-up")
        verbose_name_plural = _("marks of roll-ups")

    def __str__(self) -> str:
        return f"{self.walk}: {self.at.isoformat()}"


class RollUpProof(models.Model):
    """One nightly comparison of a campaign's roll-ups with the rows: how many hours were looked at, and mended."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="roll_up_proofs")
    proved_at = models.DateTimeField(db_default=Now())
    hours = models.PositiveIntegerField()
    mended = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("proof of roll-ups")
        verbose_name_plural = _("proofs of roll-ups")
        ordering: ClassVar = ["-proved_at", "-id"]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.mended} / {self.hours}"

    @property
    def agrees(self) -> bool:
        return self.mended == 0
