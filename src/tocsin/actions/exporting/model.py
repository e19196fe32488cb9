"""Export: what somebody asked to take along, how far it is, and who fetched it."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.actions.exporting.questions import questions_asked
from tocsin.campaigns.models import Campaign


class Export(models.Model):
    """One file, sealed beside the database, for some days. This row holds nothing personal."""

    class Kind(models.TextChoices):
        MAILING = "mailing", _("Mailing list: people who agreed to a purpose")
        SUPPORTERS = "supporters", _("Supporters")
        ACTIONS = "actions", _("Actions")
        CONSENTS = "consents", _("Consents")
        LETTERS = "letters", _("Letters, with what became of them")
        LEDGER = "ledger", _("Counter entries")

    class Format(models.TextChoices):
        SPREADSHEET = "csv", _("CSV for a spreadsheet: what begins like a formula gets an apostrophe before it")
        EXACT = "exact", _("CSV for another program: every cell exactly as it is")
        XLSX = "xlsx", _("Excel (.xlsx)")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a worker")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")
        GONE = "gone", _("Removed: its days are over")

    kind = models.CharField(max_length=12, choices=Kind)
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, related_name="exports")
    filters = models.JSONField(default=dict)
    people = models.BooleanField(default=True, help_text=_("Whether names, addresses and words are in it."))
    format = models.CharField(max_length=10, choices=Format)
    mark = models.BooleanField(default=True, help_text=_("Whether it begins with a mark that says UTF-8."))
    preset = models.CharField(max_length=20, blank=True)
    purpose = models.CharField(max_length=40, blank=True, help_text=_("Of a mailing list: what people agreed to."))
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    run = models.CharField(max_length=16, blank=True)
    beat_at = models.DateTimeField(null=True)
    runs = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    file = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed file."))
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=160)
    language = models.CharField(max_length=10, help_text=_("In which whoever asked is told that it is ready."))
    asked_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["campaign", "-id"], name="exports_by_campaign")]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def can_be_fetched(self) -> bool:
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def file_name(self) -> str:
        """As whoever fetches it will find it: nothing in it but the kind, the campaign and the day."""
        about = f"-{self.campaign.slug}" if self.campaign else ""
        day = f"-{timezone.localdate(self.ready_at):%Y-%m-%d}" if self.ready_at else ""
        return f"{self.kind}{about}{day}.{'xlsx' if self.format == self.Format.XLSX else 'csv'}"

    @cached_property
    def questions(self) -> dict[str, str]:
        """The questions whose answers are in it. Looked up once, so that its head and its rows have the same columns,
        whatever is published meanwhile."""
        return questions_asked(self.campaign_id)
