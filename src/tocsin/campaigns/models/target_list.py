"""Targets that belong together, and the files that such lists came from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.target import Target


class TargetList(models.Model):
    """Targets that belong together: a parliament, a cabinet, the premiers."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    targets = models.ManyToManyField(Target, through="ListMember", related_name="lists", verbose_name=_("targets"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("list of targets")
        verbose_name_plural = _("lists of targets")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """A target's place in a list; `match` is the answer that leads to it ("ON"), where a campaign matches answers."""

    target_list = models.ForeignKey(TargetList, models.CASCADE, related_name="members")
    target = models.ForeignKey(Target, models.CASCADE, related_name="memberships")
    match = models.CharField(_("answer"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("member of a list")
        verbose_name_plural = _("members of a list")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target_list", "target", "match"], name="once_in_a_list_for_each_answer")
        ]

    def __str__(self) -> str:
        return f"{self.target} ({self.target_list})"


class TargetImport(models.Model):
    """One file of targets: its rows as they were read, how its columns map, what it made, and how to undo it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        DONE = "done", _("Imported")
        UNDONE = "undone", _("Undone")

    target_list = models.ForeignKey(TargetList, models.SET_NULL, null=True, related_name="imports")
    file_name = models.CharField(max_length=200)
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # For each row that was taken: the target's number, and what it was before (None: it was new).
    made = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    by_name = models.CharField(max_length=160)
    uploaded_at = models.DateTimeField(db_default=Now())
    imported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of targets")
        verbose_name_plural = _("imports of targets")
        ordering: ClassVar = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
