"""Endpoint, an address of other software that wants to be told; Call, one thing that one endpoint is to be told of."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.calls.kinds import EventKind


def new_ref() -> str:
    """As Standard Webhooks would have it."""
    return f"msg_{secrets.token_hex(12)}"


def new_context() -> str:
    return secrets.token_hex(8)


class Present(models.Manager["Endpoint"]):
    """Those that were not removed: what staff have removed is gone at once, from every screen and from what is told."""

    def get_queryset(self) -> models.QuerySet[Endpoint]:
        return super().get_queryset().filter(removed_at=None)


class Endpoint(models.Model):
    """Where to, what about, and how it is doing. Its secret is sealed; whoever made it saw it once."""

    class Off(models.TextChoices):
        STAFF = "staff", _("Staff switched it off")
        GONE = "gone", _("It answered that it is gone (410)")
        FAILING = "failing", _("It failed for three days")

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    kinds = models.JSONField(_("what it is told of"), default=list)
    campaign_ref = models.BigIntegerField(null=True, help_text=_("A plain number: campaigns are next door."))
    with_people = models.BooleanField(_("personal data go along"), default=False)

    # What its secrets are sealed for: they are sealed before the row has a number.
    context = models.CharField(max_length=16, default=new_context)
    sealed = models.BinaryField(help_text=_("Its secret, and the one before it, sealed."))
    old_until = models.DateTimeField(null=True, help_text=_("Until then calls are signed with the secret before, too."))

    off_at = models.DateTimeField(null=True)
    why_off = models.CharField(max_length=10, choices=Off, blank=True)
    # Its calls go bit by bit, and this row last (removing.py).
    removed_at = models.DateTimeField(null=True)
    made_by_name = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now())

    last_well_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True, help_text=_("Empty while its last answer was well."))
    # Failures since then that lie hours apart, and when the last of them was: one bad minute is one, however long ago.
    setbacks = models.PositiveSmallIntegerField(default=0, db_default=0)
    setback_at = models.DateTimeField(null=True)
    last_words = models.CharField(max_length=40, blank=True, help_text=_("The status, or the kind of error."))
    # Nothing is sent there before: it failed, or asked to be left alone. While it fails it is asked one thing at once.
    quiet_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("One after the other, until it answers well."))

    objects = Present()
    with_removed: ClassVar[models.Manager[Endpoint]] = models.Manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.off_at is None

    def wants(self, kind: EventKind, campaign_ref: int | None) -> bool:
        """What belongs to no campaign is told to those that ask for all."""
        asked_for = kind == EventKind.TEST or kind in self.kinds
        return asked_for and self.campaign_ref in {None, campaign_ref}

    def wanted(self) -> Q:
        """What `wants` says yes to, as a question about its calls."""
        of_kind = Q(kind__in=[EventKind.TEST, *self.kinds])
        return of_kind if self.campaign_ref is None else of_kind & Q(campaign_ref=self.campaign_ref)


class Call(models.Model):
    """That an endpoint is to be told of one thing. What it is told is made of the rows as they are when it is told: so
    nobody's data stand here, and what was erased meanwhile is told to nobody."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="calls", db_index=False)
    # The event said once (“action.counted:12”): telling the same event twice tells it once.
    key = models.CharField(max_length=120)
    # The webhook-id, the same at every attempt: by it the receiver knows what it has had.
    ref = models.CharField(max_length=40, unique=True, default=new_ref)
    kind = models.CharField(max_length=24, choices=EventKind)
    about = models.BigIntegerField(help_text=_("The number of the row it is about."))
    campaign_ref = models.BigIntegerField(null=True, help_text=_("A plain number: campaigns are next door."))
    happened_at = models.DateTimeField(db_default=Now())
    # Whether personal data went along when it was noted. Where they did not, they never will: who was promised that
    # they stay here is not told of later because the endpoint changed.
    with_people = models.BooleanField(default=False, db_default=False)

    # Empty once it is done or given up. In hand it is the end of the lease: if the worker dies, it is due again then.
    due_at = models.DateTimeField(null=True, db_default=Now())
    holder = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Counted when it is claimed, so that a late answer of an earlier attempt is known.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempts_before = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("How often it was tried before staff had it sent again.")
    )
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text=_("What the receiver answered last."))
    # Sealed, since a receiver may say in it what it was told.
    sealed_words = models.BinaryField(default=b"", help_text=_("What the receiver said last, sealed."))
    tried_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "key"], name="each_event_told_once_to_an_endpoint")
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "due_at", "id"], condition=Q(due_at__isnull=False), name="calls_due"),
            models.Index(fields=["endpoint", "id"], name="calls_newest"),
            # For the screens, beside hundreds of thousands that are done.
            models.Index(fields=["endpoint", "id"], condition=Q(given_up_at__isnull=False), name="calls_given_up"),
            models.Index(fields=["endpoint", "id"], condition=Q(kind=EventKind.TEST), name="calls_of_tests"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"

    @property
    def standing(self) -> str:
        """waiting, trying again, done or given up."""
        if self.done_at:
            return "done"
        if self.given_up_at:
            return "given_up"
        return "again" if self.tried_at else "waiting"

    @property
    def is_wanted(self) -> bool:
        """By its endpoint as it is now: it may have been narrowed since."""
        return self.endpoint.wants(EventKind(self.kind), self.campaign_ref)

    @property
    def takes_people(self) -> bool:
        """Then and now."""
        return self.with_people and self.endpoint.with_people

    @property
    def tries(self) -> int:
        """How often it was tried, since it was new or staff had it sent again."""
        return self.attempts - self.attempts_before

    @property
    def context(self) -> bytes:
        """What its receiver's words are sealed for."""
        return b"call:" + self.ref.encode()
