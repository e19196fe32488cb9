"""What a second person decided about a line of the ledger: a row of its own, since a line is never changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.base import AppendOnly
from tocsin.campaigns.models.counter import CounterEntry


class EntryDecision(AppendOnly):
    """Approves or refuses one line, once. A refused line stays in the ledger, with why, and counts nobody."""

    entry = models.OneToOneField(CounterEntry, models.PROTECT, related_name="decision")
    approved = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=160)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("decision on a counter entry")
        verbose_name_plural = _("decisions on counter entries")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(approved=True) | ~Q(reason=""), name="an_entry_is_refused_with_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.approved}"
