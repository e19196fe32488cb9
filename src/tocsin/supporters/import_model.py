"""One file of supporters: what was agreed to and where, how its columns map, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SupporterImport(models.Model):
    """A file of people who agreed to something elsewhere. The file itself, and what was left out of it, are sealed
    beside the database; this row holds nothing personal."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READ = "read", _("Read: say what its columns mean")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked: nothing is imported yet")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Failed")

    file_name = models.CharField(max_length=200)
    upload = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed file as it came."))
    rows_file = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed rows."))
    left_out_file = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed rows left out."))
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # What was agreed to: purpose, basis, wording, controller, language, source, date. Asked for before anything is
    # imported.
    consent = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    # The work that has it in hand says so every few seconds; one that fell silent is begun anew.
    run = models.CharField(max_length=16, blank=True)
    beat_at = models.DateTimeField(null=True)
    runs = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=160)
    # Of whoever asked for the step that is under way: what a worker writes is for them to read.
    language = models.CharField(max_length=10, blank=True, db_default="")
    uploaded_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of supporters")
        verbose_name_plural = _("imports of supporters")
        ordering: ClassVar = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
