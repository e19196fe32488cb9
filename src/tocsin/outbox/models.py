"""Message, which is one thing that leaves, and Delivery, which is one attempt at it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.states import State as State


class Kind(models.TextChoices):
    LETTER = "letter", _("Letter")
    THANKS = "thanks", _("Thank-you")
    STAFF = "staff", _("Staff mail")


class Message(models.Model):
    """One mail, frozen: its bytes, Message-ID, Date and return address are the same at every attempt."""

    # What it is for ("letter:12:3"), said once: leaving the same message twice leaves one.
    key = models.CharField(max_length=80, unique=True)
    # Random, and in Message-ID and return address, so that what comes back can be matched.
    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    campaign_ref = models.BigIntegerField(null=True, help_text=_("A plain number: campaigns are next door."))
    domain = models.CharField(max_length=255, help_text=_("The receiving domain."))
    sealed = models.BinaryField(help_text=_("Envelope and bytes, sealed for the context “message:” and the key."))
    sha256 = models.CharField(max_length=64, help_text=_("Of the exact bytes handed to the server."))

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    state_since = models.DateTimeField(db_default=Now())
    # Empty while it is not to be tried. SQLite uses a partial index only for a condition that holds no variables,
    # so “is it due” is asked of this column rather than of the state.
    due_at = models.DateTimeField(null=True, db_default=Now())
    # Counted when it is claimed, so state “sending” with this number says whose claim it is.
    attempts = models.PositiveSmallIntegerField(default=0)
    own_faults = models.PositiveSmallIntegerField(default=0, help_text=_("How often our own program failed on it."))
    lease_until = models.DateTimeField(null=True)
    lease_holder = models.CharField(max_length=80, blank=True)
    last_words = models.CharField(max_length=500, blank=True, help_text=_("The last thing a server said of it."))
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="outbox_due"),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="outbox_leased"),
            models.Index(fields=["campaign_ref", "kind", "state"], name="outbox_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Delivery(models.Model):
    """One attempt at a message: when, with which server, how far it got, and the server's own words."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    # Written before the final dot is sent. Set without `finished_at`, nobody knows whether the server took it.
    dot_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=State, blank=True)
    server = models.CharField(max_length=255, blank=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "number"], name="one_attempt_at_a_time")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.number} · {self.outcome or 'under way'}"
