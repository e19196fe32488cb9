"""Action, which is one person's act; Letter, which is their words to one target; and the counter's own notes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.actions.ending.model import EndingMark as EndingMark
from tocsin.actions.ending.model import WordsLater as WordsLater
from tocsin.actions.exporting.model import Export as Export
from tocsin.actions.hours import HourOfActions as HourOfActions
from tocsin.actions.hours import HourOfLetters as HourOfLetters
from tocsin.actions.hours import HourOfPlace as HourOfPlace
from tocsin.actions.hours import HourOfViews as HourOfViews
from tocsin.actions.hours import RollUpMark as RollUpMark
from tocsin.actions.hours import RollUpProof as RollUpProof
from tocsin.actions.invalidation import Invalidation as Invalidation
from tocsin.actions.invalidation import ProposedSet as ProposedSet
from tocsin.actions.states import State
from tocsin.actions.updates.models import Update as Update
from tocsin.actions.updates.models import UpdateCopy as UpdateCopy
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.outbox.models import Message
from tocsin.supporters.models import Supporter


class Way(models.TextChoices):
    """Who carries a person's letter."""

    US = "us", _("Through us")
    OWN_MAIL = "own_mail", _("From their own mail program")
    PRINT = "print", _("On paper")


class Action(models.Model):
    """One person's act. What they sent is sealed in one row and never altered, save to erase. `state` says what came of
    it.

    Everything else (supporter, consents, letters, thank-you) is derived from this row and can be made again.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="actions", db_index=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="actions", db_index=False)
    email_digest = models.BinaryField(max_length=32)
    sealed = models.BinaryField(help_text=_("What the person sent, sealed for the context “action:” and the digest."))
    source = models.JSONField(help_text=_("Where they came from: utm values, source code, referrer's host."))
    signs = models.JSONField(help_text=_("Signs of abuse seen while accepting; screening weighs them."))
    accepted_at = models.DateTimeField(db_default=Now())

    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    reason = models.CharField(max_length=40, blank=True, help_text=_("Why it is held or blocked."))
    supporter = models.ForeignKey(Supporter, models.SET_NULL, null=True, related_name="actions")
    attempts = models.PositiveSmallIntegerField(default=0)
    way = models.CharField(max_length=10, choices=Way, db_default=Way.US)
    # Where the person lives, as the look-up said or as they chose: it leads to whoever represents them.
    division = models.CharField(max_length=120, blank=True, db_default="")
    # When a target is to be sought again, or a request to confirm runs out. Empty where nothing waits for a moment.
    next_at = models.DateTimeField(null=True)
    # Since when nothing in it tells of a person any more: its time was over, or they asked for it (actions/ending).
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "email_digest"], name="one_action_per_person_and_campaign")
        ]
        indexes: ClassVar = [
            # The two queues. Partial, so that they stay small however many actions there are.
            models.Index(fields=["campaign", "id"], condition=Q(state="received"), name="actions_to_screen"),
            models.Index(fields=["id"], condition=Q(state="counted"), name="actions_to_follow"),
            models.Index(fields=["campaign", "id"], condition=Q(state__in=["held", "stuck"]), name="actions_for_staff"),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="actions_that_wait"),
            # A campaign's list, newest first.
            models.Index(fields=["campaign", "id"], name="actions_by_campaign"),
            # Counting by state and edition reads no row. Were the number before the state, SQLite would walk through a
            # million to find the few that were just received.
            models.Index(fields=["campaign", "state", "edition"], name="actions_by_state"),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"


class Letter(models.Model):
    """One action's words to one target; its message carries them and knows their fate."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="letters")
    target = models.ForeignKey(Target, models.PROTECT, related_name="letters")
    message = models.OneToOneField(Message, models.PROTECT, related_name="letter")
    own_words = models.BooleanField(help_text=_("Whether the supporter changed the text they were offered."))
    # How alike letters are is estimated from these: 64 smallest keyed hashes of their shingles, two bytes each.
    sketch = models.BinaryField(max_length=128, default=b"")
    hand_in = models.ForeignKey("HandIn", models.SET_NULL, null=True, related_name="letters")
    number = models.PositiveIntegerField(null=True, help_text=_("In the book that was handed in."))
    # A letter that is written anew keeps its row and has another message: by this a reader who goes on from where they
    # were misses none. In rows older than this column it is when the column came.
    noted_at = models.DateTimeField(db_default=Now(), help_text=_("When it was written down here."))

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "target"], name="one_letter_per_action_and_target")
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class CounterRun(models.Model):
    """When the counter last finished a pass: how fresh every shown number is. One row."""

    finished_at = models.DateTimeField()

    class Meta:
        verbose_name = _("counter run")
        verbose_name_plural = _("counter runs")

    def __str__(self) -> str:
        return self.finished_at.isoformat()


class CountProof(models.Model):
    """One nightly comparison of a tally with the rows behind it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="count_proofs")
    proved_at = models.DateTimeField(db_default=Now())
    tallied = models.BigIntegerField()
    found = models.BigIntegerField()
    unconfirmed = models.PositiveBigIntegerField(default=0, db_default=0, help_text=_("Asked to confirm, not counted."))

    class Meta:
        verbose_name = _("count proof")
        verbose_name_plural = _("count proofs")
        ordering: ClassVar = ["-proved_at", "-id"]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.tallied} / {self.found}"

    @property
    def agrees(self) -> bool:
        return self.tallied == self.found


class HandIn(models.Model):
    """Letters to one target made into a book, and the moment when somebody received it."""

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        HANDED_OVER = "over", _("Handed over")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="hand_ins")
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="hand_ins")
    state = models.CharField(max_length=10, choices=State, default=State.MAKING)
    people = models.PositiveIntegerField(default=0)
    file = models.CharField(
        max_length=200, blank=True, help_text=_("Name of the sealed kit in the folder of hand-ins.")
    )
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    made_by_name = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(_("when"), null=True)
    received_by = models.CharField(_("who received it"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    photo = models.CharField(max_length=200, blank=True)
    notified_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hand-in")
        verbose_name_plural = _("hand-ins")
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.people}"
