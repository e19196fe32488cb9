"""Campaigners' scripts: code of others on a page of ours, kept in a frame that cannot read the form.

A script is a row of its own, with a permission of its own. It is no part of the page's content: editing, copying,
importing or restoring a page can neither add one nor change one. (docs/decisions/0006-scripts.md)
"""

from __future__ import annotations

import re
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from tocsin.look.policy import cacheable, public

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


class Script(models.Model):
    """A snippet on one action page, switched on or off by itself, with who added it and when."""

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
    consent_class = models.CharField(_("what it is for"), max_length=12, choices=ConsentClass, default="statistics")
    enabled = models.BooleanField(_("switched on"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering: ClassVar = ["page", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.hosts = "\n".join(read_hosts(self.hosts))


def scripts_policy(hosts: list[str]) -> str:
    """What the frame may do: run these scripts, talk to these hosts, and nothing of its own origin (`sandbox`)."""
    sources = "".join(f" https://{host}" for host in hosts)
    reach = sources.strip() or "'none'"
    return (
        f"default-src 'none'; script-src 'unsafe-inline'{sources}; img-src {reach}; connect-src {reach}; "
        "frame-ancestors 'self'; sandbox allow-scripts"
    )


def scripts_document(scripts: list[Script], language: str) -> HttpResponse:
    """The document in the frame: exactly the scripts given."""
    hosts = read_hosts("\n".join(script.hosts for script in scripts))
    html = render_to_string("pages/scripts.html", {"scripts": scripts, "language": language})
    response = cacheable(public(HttpResponse(html)))
    response.headers["Content-Security-Policy"] = scripts_policy(hosts)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
