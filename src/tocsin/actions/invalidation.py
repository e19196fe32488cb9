"""Sets of actions: one that staff think of taking out of the number, and the decision that took it out or put back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign


class ChosenSet(models.Model):
    """Which actions: any of these that is named must be so."""

    source_key = models.CharField(max_length=20, blank=True)
    source_value = models.CharField(max_length=100, blank=True)
    sign = models.CharField(max_length=40, blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ProposedSet(ChosenSet):
    """A set to look at before it is taken out. A job counts it, since that reads every action of the campaign; whoever
    asked looks on. Forgotten after a day."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="proposed_sets")
    reason = models.CharField(_("reason"), max_length=400)
    people = models.PositiveBigIntegerField(null=True, help_text=_("Empty until they are counted."))
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("proposed set")
        verbose_name_plural = _("proposed sets")

    def __str__(self) -> str:
        return f"{self.campaign}: {self.reason}"


class Invalidation(ChosenSet):
    """One decision about a set of actions. A job carries it out and notes how many people it moved."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="invalidations")
    # A decision that puts a set back names no actions, but the one that took them out.
    restores = models.OneToOneField("self", models.PROTECT, null=True, related_name="restored_by")
    reason = models.CharField(_("reason"), max_length=400)
    people = models.PositiveBigIntegerField(default=0, help_text=_("How many it moved so far."))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=160)
    decided_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invalidation")
        verbose_name_plural = _("invalidations")
        ordering: ClassVar = ["-decided_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_invalidation_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.reason}"

    @property
    def mark(self) -> str:
        """What stands on each action of the set as the reason, so that exactly these can be put back."""
        return f"out:{self.restores_id or self.pk}"

    @property
    def can_be_put_back(self) -> bool:
        return self.restores_id is None and self.done_at is not None and not hasattr(self, "restored_by")
