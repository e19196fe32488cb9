"""Trial: two wordings of one page, side by side, to see which moves more people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.campaign import Campaign


class Trial(models.Model):
    """Wording A is the page as it stands; wording B differs in what `other` says. Each is an edition of its own.

    So an action knows which it was moved by, since it points to the edition its signer saw: nobody is followed, and
    nothing is kept in a browser. (docs/decisions/0032-trials.md)
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Not begun")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="trials")
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("what is tried"), max_length=120)
    # The parts that differ, by name: {"demand": "…", "openings": ["…", "…"]}.
    other = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_by_name = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Whoever acted before it began had no choice: only later actions are looked at.
    after_action = models.BigIntegerField(default=0)
    # What was found of each wording when the worker last looked (actions/trials.py), and when that was.
    found = models.JSONField(default=dict)
    found_at = models.DateTimeField(null=True)
    chosen = models.CharField(max_length=1, blank=True, help_text=_("The wording that stays: A or B."))

    class Meta:
        verbose_name = _("trial of wordings")
        verbose_name_plural = _("trials of wordings")
        ordering: ClassVar = ["-made_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "language"], condition=Q(state="running"), name="one_trial_at_a_time_on_a_page"
            )
        ]

    def __str__(self) -> str:
        return self.name
