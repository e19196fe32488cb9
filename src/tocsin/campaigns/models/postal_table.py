"""Tables of postal codes: the file that each came from, whether campaigns look up in it, and its divisions."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# What `tocsin import-postal-codes` fills while no other is in use.
DEFAULT_TABLE = "default"


# How the names of tables begin that were loaded at the desk; whoever runs the server names the others.
FROM_THE_DESK = "file-"


def new_table_name() -> str:
    return f"{FROM_THE_DESK}{secrets.token_hex(8)}"


class PostalTable(models.Model):
    """A file of postal codes as a table of its own. One is in use at a time: campaigns look up in that one alone.

    (docs/decisions/0036-a-table-of-postal-codes-is-changed-whole.md)
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READ = "read", _("Read: not in use yet")
        USED = "used", _("In use")
        FORMER = "former", _("Was in use before")
        REMOVING = "removing", _("Being removed")
        REMOVED = "removed", _("Removed")
        FAILED = "failed", _("Failed")

    # What its lines (PostalDivision) and divisions are found by.
    name = models.CharField(max_length=40, unique=True, default=new_table_name)
    file_name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="CA")
    upload = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed file as it came."))
    left_out_file = models.CharField(max_length=200, blank=True, help_text=_("Name of the sealed rows left out."))
    # The first lines as they were understood, and the first that were not, each with why.
    first = models.JSONField(default=list)
    first_wrong = models.JSONField(default=list)
    numbers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    state_since = models.DateTimeField(db_default=Now())
    rows = models.PositiveIntegerField(default=0, help_text=_("Lines that are stored."))
    rows_done = models.PositiveIntegerField(default=0)
    # The work that has it in hand says so every few seconds; one that fell silent is begun anew.
    run = models.CharField(max_length=16, blank=True)
    beat_at = models.DateTimeField(null=True)
    runs = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    by_name = models.CharField(max_length=160)
    uploaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("table of postal codes")
        verbose_name_plural = _("tables of postal codes")
        ordering: ClassVar = ["-uploaded_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="used"), name="one_table_of_postal_codes_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class TableDivision(models.Model):
    """A division that a table of postal codes knows: what it is called, and how many codes lie in it. Written once the
    table is filled, so that nobody has to go through a million lines for some hundred names."""

    table = models.CharField(max_length=40)
    division = models.CharField(max_length=120)
    name = models.CharField(max_length=160, blank=True)
    codes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("division of a table of postal codes")
        verbose_name_plural = _("divisions of tables of postal codes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "division"], name="a_table_knows_a_division_once")
        ]

    def __str__(self) -> str:
        return self.name or self.division
