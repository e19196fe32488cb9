"""Campaigners' scripts: code of others on a page of ours. It runs only as a second person approved it.

A script is a row of its own, with a permission of its own. It is no part of the page's content: editing, copying,
importing or restoring a page can neither add one nor change one. An approval holds for one fingerprint: of the code,
its hosts, its class and its page. Whatever of these changes, it has to be approved anew.
(docs/decisions/0006-scripts.md, 0028-scripts-take-two.md)
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# A whole name with at least two labels, the last one letters: no address, port, path, wildcard or number.
HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")


def read_hosts(text: str) -> list[str]:
    """The host names in a text of one on each line, in lower case and alphabetical order, each once."""
    return sorted({line.strip().lower() for line in text.splitlines() if line.strip()})


def check_hosts(text: str) -> None:
    for host in read_hosts(text):
        if not HOST.fullmatch(host):
            raise ValidationError(
                _("“%(host)s” is no host name. Write one on a line, like stats.example.org, and no https:// or path."),
                params={"host": host},
            )


class ConsentClass(models.TextChoices):
    NEEDED = "needed", _("Needed for the page to work")
    STATISTICS = "statistics", _("Statistics")
    ADVERTISING = "advertising", _("Advertising and social networks")


class Standing(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ASKED = "asked", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class ScriptQuerySet(models.QuerySet["Script"]):
    def served(self) -> ScriptQuerySet:
        """Those that a reader may get: switched on, and approved exactly as they are."""
        return self.filter(enabled=True, standing=Standing.APPROVED, approved_sha256=F("sha256")).order_by("pk")


class Script(models.Model):
    """A snippet on one action page, switched on or off by itself."""

    page = models.ForeignKey("pages.ActionPage", models.CASCADE, related_name="scripts", verbose_name=_("action page"))
    name = models.CharField(_("name"), max_length=120, help_text=_("Whose it is and what it does. Staff see this."))
    code = models.TextField(
        _("code"),
        help_text=_(
            "HTML as its maker gives it. It runs in a frame of its own: it can neither see nor change the page."
        ),
    )
    hosts = models.TextField(
        _("hosts it may talk to"),
        blank=True,
        validators=[check_hosts],
        help_text=_("One host name on each line. It can reach these by https, and no others."),
    )
    consent_class = models.CharField(
        _("what it is for"),
        max_length=12,
        choices=ConsentClass,
        default="statistics",
        help_text=_("What is needed runs at once. Anything else runs only after the reader said yes on the page."),
    )
    standing = models.CharField(
        _("standing"),
        max_length=10,
        choices=Standing,
        default=Standing.DRAFT,
        db_default=Standing.DRAFT,
        editable=False,
    )
    enabled = models.BooleanField(_("switched on"), default=False, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    approved_sha256 = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ScriptQuerySet.as_manager()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering: ClassVar = ["page", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(enabled=False)
                | (Q(standing=Standing.APPROVED, approved_sha256=F("sha256")) & ~Q(sha256="")),
                name="a_script_is_on_as_approved_only",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What was approved or asked was another script, if its fingerprint was another: it is off and a draft."""
        if self.sha256 != self.fingerprint:
            self.sha256, self.approved_sha256 = self.fingerprint, ""
            self.standing, self.enabled = Standing.DRAFT, False
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.hosts = "\n".join(read_hosts(self.hosts))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that an approval is about."""
        said = [self.page_id, self.code, read_hosts(self.hosts), str(self.consent_class)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    @property
    def is_as_approved(self) -> bool:
        """Reckoned from what is stored, so that a change behind our back is served to nobody."""
        return self.fingerprint == self.approved_sha256
