"""The number: the tally of who signed here, and the ledger of who was counted elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.base import AppendOnly
from tocsin.campaigns.models.campaign import Campaign


class Tally(models.Model):
    """How many actions of a campaign are counted. Written by the counter job only, never in a request."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="tally")
    counted = models.PositiveBigIntegerField(default=0)
    # Letters that a target's server took, as of the worker's last look. It is shown, so it is not counted in a request.
    letters_taken = models.PositiveBigIntegerField(default=0)
    # People who acted and may be written to again; empty where the worker has not counted them yet.
    mailable = models.PositiveBigIntegerField(null=True)
    mailable_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.campaign}: {self.counted}"


class CounterEntry(AppendOnly):
    """One dated line of the ledger: people counted elsewhere, with who says so and why."""

    class Source(models.TextChoices):
        OFFSET = "offset", _("Taken over from an older platform")
        PAPER = "paper", _("Signed on paper")
        PARTNER = "partner", _("Collected by a partner")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="counter_entries")
    source = models.CharField(_("source"), max_length=10, choices=Source)
    people = models.IntegerField(_("people"), help_text=_("A negative number takes back what was counted too much."))
    reason = models.CharField(_("reason"), max_length=400)
    counted_on = models.DateField(_("counted on"), default=timezone.localdate)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False)
    entered_by_name = models.CharField(max_length=160, editable=False)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("counter entry")
        verbose_name_plural = _("counter entries")
        ordering: ClassVar = ["-entered_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(people=0), name="counter_entry_says_a_number"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="counter_entry_says_why"),
        ]

    def __str__(self) -> str:
        return str(format_lazy("{people:+d} · {reason}", people=self.people, reason=self.reason))
