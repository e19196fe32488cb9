"""What happened to a script: each version of it that there was, and each step that somebody took."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import AppendOnly
from tocsin.pages.scripts import ConsentClass, Script


class ScriptVersion(AppendOnly):
    """The code of a script with all that an approval is about, as it was written once."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    code = models.TextField()
    hosts = models.TextField(blank=True)
    consent_class = models.CharField(max_length=12, choices=ConsentClass)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("version of a script")
        verbose_name_plural = _("versions of scripts")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["script", "number"], name="versions_of_a_script_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.script}: {self.number}"


class ScriptStep(AppendOnly):
    """One thing that somebody did with a script."""

    class What(models.TextChoices):
        ADDED = "added", _("Added it")
        CHANGED = "changed", _("Changed it")
        ASKED = "asked", _("Asked for approval")
        APPROVED = "approved", _("Approved it")
        REFUSED = "refused", _("Refused it")
        ON = "on", _("Switched it on")
        OFF = "off", _("Switched it off")

    script = models.ForeignKey(Script, models.CASCADE, related_name="steps")
    version = models.ForeignKey(ScriptVersion, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=10, choices=What)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=160)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("step of a script")
        verbose_name_plural = _("steps of scripts")
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(what="refused", reason=""), name="a_script_is_refused_with_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.script}: {self.what}"
