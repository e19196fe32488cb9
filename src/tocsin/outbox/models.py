"""Message, one thing that leaves; Delivery, an attempt at it; Event, what came back; and what sets their pace."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.calls.models import Call as Call
from tocsin.outbox.calls.models import Endpoint as Endpoint
from tocsin.outbox.pace import Pace
from tocsin.outbox.states import State as State


class Kind(models.TextChoices):
    LETTER = "letter", _("Letter")
    THANKS = "thanks", _("Thank-you")
    STAFF = "staff", _("Staff mail")
    CONFIRM = "confirm", _("Request to confirm")
    CHOICE = "choice", _("Request to choose a riding")
    DIGEST = "digest", _("Digest")
    FORWARD = "forward", _("Forwarded answer")
    UPDATE = "update", _("Update")


class Bucket(models.Model):
    """The pace of one receiver, shared by all workers: a target ("target:12") or a receiving domain ("domain:gc.ca").

    Tokens flow in at the rate of the hour and each mail takes one. What is known of a receiver's mood stands here too:
    until when it is left alone, and how its last answers were.
    """

    key = models.CharField(max_length=270, unique=True)
    # Mails an hour by day and by night; empty: no limit. Day is from 8 to 18 h, Monday to Friday, in `time_zone`.
    per_hour_by_day = models.PositiveIntegerField(null=True)
    per_hour_by_night = models.PositiveIntegerField(null=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    tokens = models.FloatField(default=1.0)
    filled_at = models.DateTimeField(db_default=Now())
    # Nothing leaves before this: no token is there yet, it is night, or the receiver asked to be left alone.
    ready_at = models.DateTimeField(db_default=Now())
    paused = models.BooleanField(default=False, help_text=_("By staff, or by the breaker; staff open it again."))
    why_paused = models.CharField(max_length=500, blank=True)
    # The last answers, newest last: "." is well, "x" is a policy refusal or a time-out. 20 at most.
    recent = models.CharField(max_length=20, blank=True)
    slow_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pace of a receiver")
        verbose_name_plural = _("paces of receivers")

    def __str__(self) -> str:
        return self.key


class Lane(models.Model):
    """The queue of one campaign to one receiver. Lanes are served in turn, so that no campaign waits for another's."""

    key = models.CharField(max_length=300, unique=True)
    campaign_ref = models.BigIntegerField(null=True)
    target_ref = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    target = models.ForeignKey(Bucket, models.PROTECT, null=True, related_name="target_lanes")
    domain = models.ForeignKey(Bucket, models.PROTECT, related_name="domain_lanes")
    paused = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)
    served_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        indexes: ClassVar = [models.Index(fields=["campaign_ref", "target_ref"], name="lanes_by_campaign")]

    def __str__(self) -> str:
        return self.key


class Message(models.Model):
    """One mail, frozen: its bytes, Message-ID, Date and return address are the same at every attempt."""

    # What it is for ("letter:12:3"), said once: leaving the same message twice leaves one.
    key = models.CharField(max_length=80, unique=True)
    # Random, and in Message-ID and return address, so that what comes back can be matched.
    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    campaign_ref = models.BigIntegerField(null=True, help_text=_("A plain number: campaigns are next door."))
    target_ref = models.BigIntegerField(null=True, help_text=_("A plain number: targets are next door."))
    domain = models.CharField(max_length=255, help_text=_("The receiving domain."))
    lane = models.ForeignKey(Lane, models.PROTECT, null=True, related_name="messages", db_index=False)
    # Whether we may write there at all is asked of the suppression list by this.
    to_digest = models.BinaryField(max_length=32, default=b"")
    # Set where it does not leave by itself: the digest that carries it. Its fate follows the carrier’s.
    carrier = models.ForeignKey("self", models.SET_NULL, null=True, related_name="carried")
    gathered = models.BooleanField(default=False, help_text=_("Waits for a digest or to be handed in."))
    sealed = models.BinaryField(help_text=_("Envelope and bytes, sealed for the context “message:” and the key."))
    sha256 = models.CharField(max_length=64, help_text=_("Of the exact bytes handed to the server."))

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    state_since = models.DateTimeField(db_default=Now())
    # Empty while it is not to be tried. SQLite uses a partial index only for a condition that holds no variables,
    # so “is it due” is asked of this column rather than of the state.
    due_at = models.DateTimeField(null=True, db_default=Now())
    # Counted when it is claimed, so state “sending” with this number says whose claim it is.
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_before = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("How often it was tried before staff let it go: the waits begin anew.")
    )
    own_faults = models.PositiveSmallIntegerField(default=0, help_text=_("How often our own program failed on it."))
    lease_until = models.DateTimeField(null=True)
    lease_holder = models.CharField(max_length=80, blank=True)
    last_words = models.CharField(max_length=500, blank=True, help_text=_("The last thing a server said of it."))
    created_at = models.DateTimeField(db_default=Now())

    # Not stored, on the way from freezing a mail to leaving it: what a bucket is to be made with, and which bucket a
    # mail that goes to no target passes besides its domain's.
    pace: Pace | None = None
    pace_key: str = ""

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [
            models.Index(fields=["lane", "due_at", "id"], condition=Q(due_at__isnull=False), name="outbox_due"),
            # What a target's letters are counted by stands in it, behind the number: counting reads no message, and the
            # newest in a state are still found in their order.
            models.Index(
                fields=["target_ref", "state", "id", "kind", "campaign_ref"],
                condition=Q(target_ref__isnull=False),
                name="outbox_by_target",
            ),
            models.Index(fields=["target_ref", "id"], condition=Q(gathered=True), name="outbox_gathered"),
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
    tls = models.CharField(max_length=20, blank=True, help_text=_("The version of TLS, or empty for none."))
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "number"], name="one_attempt_at_a_time")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.number} · {self.outcome or 'under way'}"


class Event(models.Model):
    """What came back about a message after it was taken: a bounce, a complaint, an answer. Each is noted once."""

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("Came back")
        DELAYED = "delayed", _("The other side is still trying")
        DELIVERED = "delivered", _("Delivered, says the other side")
        COMPLAINED = "complained", _("Called unwanted")
        REPLIED = "replied", _("Answered")

    message = models.ForeignKey(Message, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=20, help_text=_("dsn, reply, or the provider's name."))
    # The source's own name for it, or a hash of what it sent: the same twice is one.
    event_id = models.CharField(max_length=80)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "event_id"], name="each_event_once")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.kind}"


class Suppression(models.Model):
    """An address that we do not write to any more, known by its digest alone. A supporter who left stops no letter to a
    target: only what the target's own address did does."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("Its mail comes back for good")
        COMPLAINED = "complained", _("Our mail was called unwanted")
        UNSUBSCRIBED = "left", _("The person asked for no more")
        ERASED = "erased", _("The person asked to be forgotten")
        STAFF = "staff", _("Staff said so")

    class Scope(models.TextChoices):
        ALL = "all", _("Everything")
        NEWS = "news", _("News and updates")
        CAMPAIGN = "campaign", _("Updates about one campaign")

    digest = models.BinaryField(max_length=32)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALL)
    # Not empty where the scope is one campaign: two rows that differ in an empty column would be no two of the same.
    campaign_ref = models.BigIntegerField(default=0, db_default=0, help_text=_("0 where it is about every campaign."))
    reason = models.CharField(max_length=12, choices=Reason)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "scope", "campaign_ref"], name="suppressed_once")
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"


class MailDomain(models.Model):
    """What the DNS said of the domain that our mail comes from, as the worker last saw it (mail_domain.py)."""

    domain = models.CharField(max_length=255, unique=True)
    returns_to = models.CharField(max_length=255, help_text=_("Whose SPF counts: where mail comes back to."))
    spf = models.JSONField(default=list)
    dmarc = models.JSONField(default=list)
    tried_at = models.DateTimeField(db_default=Now())
    looked_at = models.DateTimeField(null=True, help_text=_("When an answer last came."))

    class Meta:
        verbose_name = _("domain of our mail")
        verbose_name_plural = _("domains of our mail")

    def __str__(self) -> str:
        return self.domain


class Notice(models.Model):
    """Something staff must know: a domain was paused, an address is dead. Stays until somebody has dealt with it."""

    class Kind(models.TextChoices):
        PAUSED = "paused", _("Mail to a domain is paused")
        DEAD = "dead", _("A target's address is dead")
        AWAY = "away", _("The mail server cannot be reached")
        RESTORED = "restored", _("The database was restored")
        OFF = "off", _("An endpoint was switched off")

    kind = models.CharField(max_length=10, choices=Kind)
    about = models.CharField(max_length=270, help_text=_("The key of the bucket or whatever else it is about."))
    words = models.CharField(max_length=500, blank=True)
    raised_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=Q(settled_at__isnull=True), name="one_open_notice_for_each_thing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"
