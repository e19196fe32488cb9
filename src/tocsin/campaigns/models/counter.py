"""The number: the tally of who signed here, and the ledger of who was counted elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
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

    @staticmethod
    def locked(campaign_id: int) -> Tally:
        """For the transaction that asks. Whoever proves a campaign's number, or writes to its hours without changing
        it, asks first; whoever changes it has its lock by that."""
        Tally.objects.bulk_create([Tally(campaign_id=campaign_id)], ignore_conflicts=True)
        return Tally.objects.select_for_update().get(campaign=campaign_id)


class CounterEntryQuerySet(models.QuerySet["CounterEntry"]):
    def counted(self) -> CounterEntryQuerySet:
        """The lines that stand in the number: they needed nobody else, or somebody else approved them."""
        return self.filter(Q(needs_approval=False) | Q(decision__approved=True))

    def waiting(self) -> CounterEntryQuerySet:
        """The lines that nobody has decided on yet."""
        return self.filter(needs_approval=True, decision=None)

    def by_source(self) -> dict[str, int]:
        """The sum of these lines for each source; a source without a line is not in it."""
        return dict(self.order_by().values_list("source").annotate(people=models.Sum("people")))


class CounterEntry(AppendOnly):
    """One dated line of the ledger: people counted elsewhere, with who says so, why, and what shows it.

    A line that needs approval counts nobody until a second person's decision (EntryDecision) says so.
    """

    class Source(models.TextChoices):
        OFFSET = "offset", _("Taken over from an older platform")
        PAPER = "paper", _("Signed on paper")
        PARTNER = "partner", _("Collected by a partner")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="counter_entries")
    source = models.CharField(_("source"), max_length=10, choices=Source)
    people = models.IntegerField(_("people"), help_text=_("A negative number takes back what was counted too much."))
    reason = models.CharField(
        _("reason"), max_length=400, help_text=_("Where and how they were counted. Everybody can read it on the page.")
    )
    counted_on = models.DateField(_("counted on"), default=timezone.localdate)
    needs_approval = models.BooleanField(default=False, db_default=False, editable=False)
    evidence = models.CharField(
        max_length=80, blank=True, db_default="", editable=False, help_text=_("Name of the sealed file.")
    )
    evidence_link = models.URLField(
        _("or where it can be looked up"),
        max_length=400,
        blank=True,
        db_default="",
        help_text=_("The address of a page or a shared folder. Staff see it; the public does not."),
    )
    # Says that two posts are one: a second click adds nothing.
    key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False)
    entered_by_name = models.CharField(max_length=160, editable=False)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CounterEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter entry")
        verbose_name_plural = _("counter entries")
        ordering: ClassVar = ["-entered_at", "-id"]
        indexes: ClassVar = [
            # In the order of the ledger's screen, and of the page that tells the public.
            models.Index(fields=["campaign", "-entered_at", "-id"], name="ledger_of_a_campaign"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(people=0), name="counter_entry_says_a_number"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="counter_entry_says_why"),
        ]

    def __str__(self) -> str:
        return str(format_lazy("{people:+d} · {reason}", people=self.people, reason=self.reason))

    @property
    def decision_made(self) -> bool:
        return hasattr(self, "decision")

    @property
    def counts(self) -> bool:
        """Whether its people stand in the number."""
        return not self.needs_approval or (self.decision_made and self.decision.approved)
