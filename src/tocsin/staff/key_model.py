"""ApiKey lets other software in: what it may do, where, from which networks, and until when. Its secret is not kept."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign


class Scope(models.TextChoices):
    """What a key may do, one verb on one thing. There is none for the ledger, for staff or for scripts: what is added
    there needs a person, and a second one."""

    READ_CAMPAIGNS = "campaigns:read", _("Read campaigns: numbers, frozen words, targets, the ledger")
    READ_ACTIONS = "actions:read", _("Read actions and letters: when, where from, what became of them; nobody's name")
    READ_PEOPLE = "people:read", _("Read who acted, what they wrote, and what they consented to")
    HAND_IN_ACTIONS = "actions:write", _("Hand in actions that people took on a form of yours")
    END_MAIL = "people:write", _("Say that somebody wants no more mail")
    DECIDE = "actions:decide", _("Decide on actions that are held or stuck, and take sets of them out of the number")
    STEER_LETTERS = "letters:write", _("Pause and resume letters, hold and release them")
    CHANGE_TARGETS = "targets:write", _("Bring targets, their addresses and lists up to date")
    MAKE_LINKS = "links:write", _("Make links to an action page with somebody's details filled in")
    READ_AUDIT = "audit:read", _("Read what staff did, to keep it elsewhere")
    BRING_CAMPAIGNS = "campaigns:write", _("Take campaigns out as files, drafts too, and bring them in as drafts")


class ApiKey(models.Model):
    """One key of one program. Without a campaign it opens all of them, and what belongs to the whole site."""

    name = models.CharField(
        _("name"), max_length=80, help_text=_("The program that will use it, like “CRM, nightly”. The log names it so.")
    )
    prefix = models.CharField(max_length=12, unique=True, help_text=_("Its first characters: how it is recognised."))
    sha256 = models.CharField(max_length=64, help_text=_("Of the whole key. It cannot be shown again."))
    scopes = models.JSONField(default=list)
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="api_keys", verbose_name=_("campaign")
    )
    networks = models.TextField(
        _("networks"),
        blank=True,
        help_text=_("Where its program runs: addresses or networks, one in each line. Empty: anywhere."),
    )
    expires_at = models.DateTimeField(_("works until"))
    made_by_name = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text=_("Since when it opens nothing any more."))
    ended_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()

    @property
    def labels(self) -> list[str]:
        """What it may do, in words; in the order of the table."""
        return [str(scope.label) for scope in Scope if scope.value in self.scopes]

    def may(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    def opens_from(self, address: str) -> bool:
        """Whether it may be used from there. Where networks are named, an unknown address is none of them."""
        if not self.networks:
            return True
        try:
            here = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(here in ipaddress.ip_network(line) for line in self.networks.split())
