"""Update, which is a mail to many about a campaign; and UpdateCopy, which is the one that a supporter gets of it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Message
from tocsin.supporters.models import Supporter


class Update(models.Model):
    """What is written, to whom, how fast, and how far it got. Its words stay as they were once it is on its way."""

    class Audience(models.TextChoices):
        ACTED = "acted", _("Everybody who acted in this campaign")
        ACTED_AND_AGREED = "acted_yes", _("Those who acted in this campaign and agreed to be written to")
        AGREED = "yes", _("Everybody who agreed to be written to, in whichever campaign")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENDING = "sending", _("On its way")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        SENT = "sent", _("Sent")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="updates")
    # {"en": {"subject": …, "text": …}}: who acted in a language that is not here gets none.
    words = models.JSONField(default=dict)
    audience = models.CharField(_("who gets it"), max_length=10, choices=Audience, default=Audience.ACTED)
    purpose = models.CharField(_("agreed to"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: each in their own."))
    per_hour = models.PositiveIntegerField(
        _("how many an hour"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as fast as the mail server takes them."),
    )
    not_before = models.DateTimeField(_("not before"), null=True, blank=True, help_text=_("Empty: at once."))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    people = models.PositiveIntegerField(default=0, help_text=_("How many there were when it was let go."))
    copies_made = models.PositiveIntegerField(default=0)
    # The last row of its audience that was looked at: whoever goes on goes on from here.
    looked_at = models.BigIntegerField(default=0)
    # The last row there was when it was let go: whoever comes later gets none.
    up_to = models.BigIntegerField(default=0)
    written_by_name = models.CharField(max_length=160)
    written_at = models.DateTimeField(db_default=Now())
    begun_by_name = models.CharField(max_length=160, blank=True)
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text=_("When the first copy was made."))
    # When the last copy had left, or the last that waited was taken back.
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """In the first language that has one."""
        return next((said["subject"] for said in self.words.values() if said["subject"]), "")

    @property
    def fingerprint(self) -> str:
        """Of all that decides what is sent, to whom, how fast and from when. Whoever says yes says it to this."""
        at = self.not_before and self.not_before.timestamp()
        said = [self.words, self.audience, self.purpose, self.language, self.per_hour, at]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def is_scheduled(self) -> bool:
        """Let go, and its moment is still to come."""
        return self.state == self.State.SENDING and self.not_before is not None and self.not_before > timezone.now()

    @property
    def bucket(self) -> str:
        """What all its copies pass: it sets their pace, and shuts when it is paused."""
        return f"update:{self.pk}"


class UpdateCopy(models.Model):
    """One supporter's copy of an update, made once."""

    update_sent = models.ForeignKey(Update, models.CASCADE, related_name="copies", db_index=False)
    # Empty where the person is gone: that a copy was sent stays, so that the update's fate adds up.
    supporter = models.ForeignKey(Supporter, models.SET_NULL, null=True, related_name="update_copies")
    message = models.OneToOneField(Message, models.CASCADE, related_name="update_copy")

    class Meta:
        verbose_name = _("copy of an update")
        verbose_name_plural = _("copies of updates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["update_sent", "supporter"], name="one_copy_for_each_supporter")
        ]

    def __str__(self) -> str:
        return f"{self.update_sent_id}: {self.supporter_id}"
