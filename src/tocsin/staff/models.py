"""Membership gives somebody a role, on the whole site or for one campaign; AuditLine says what was done."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import AppendOnly, Campaign
from tocsin.staff.key_model import ApiKey as ApiKey
from tocsin.staff.key_model import Scope as Scope
from tocsin.staff.shared import SharedNote as SharedNote


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer: sees numbers, and nothing personal")
    CAMPAIGNER = "campaigner", _("Campaigner: makes campaigns, pages and targets, and steers letters")
    MODERATOR = "moderator", _("Moderator: reads what is held, and decides")
    DATA_OFFICER = "data_officer", _("Data officer: opens, exports and imports personal data")
    ADMINISTRATOR = "administrator", _("Administrator: all of it, and who may do what")


class Membership(models.Model):
    """One role of one person. Without a campaign it is for the whole site."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("campaign")
    )
    given_by_name = models.CharField(max_length=160)
    given_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "campaign"], name="a_role_is_given_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(campaign__isnull=True), name="a_role_on_the_site_is_given_once"
            ),
        ]
        # Rights that belong to no model of their own.
        permissions: ClassVar = [
            ("find_people", _("Can look for a person by their address")),
            ("export_people", _("Can take personal data along")),
            ("import_people", _("Can bring people in from a file")),
            ("erase_people", _("Can erase a person, or give them all that is kept of them")),
            ("approve_script", _("Can approve another person's script")),
            ("approve_entry", _("Can approve another person's line of the ledger")),
            ("write_update", _("Can write to those who acted")),
            ("see_audit", _("Can read what staff did")),
            ("manage_staff", _("Can say who may do what")),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"

    @property
    def short_role(self) -> str:
        """The role's name without what it means."""
        return self.get_role_display().partition(":")[0].strip()


class AuditLine(AppendOnly):
    """What one person of the staff did: when, about what, from where. Each line holds the hash of the one before."""

    at = models.DateTimeField()
    # The number stays when the account is gone: a line is never changed, not even for that.
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    who_name = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=12, default="")
    what = models.CharField(max_length=60, help_text=_("A word of the desk's journal, like “people_exported”."))
    about = models.CharField(max_length=160, blank=True, help_text=_("The row it was about. No personal data."))
    campaign_ref = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True, help_text=_("The address it was done from."))
    before = models.CharField(max_length=64, unique=True, help_text=_("The hash of the line before this."))
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("line of the audit log")
        verbose_name_plural = _("lines of the audit log")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["who", "-id"], name="what_one_person_did"),
            models.Index(fields=["campaign_ref", "-id"], name="what_was_done_to_it"),
            models.Index(fields=["kind", "-id"], name="what_was_done_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} · {self.who_name} · {self.what}"


class AuditProof(AppendOnly):
    """One walk along the audit log. `whole`: every line fitted, and nothing that a proof before saw was missing."""

    proved_at = models.DateTimeField(db_default=Now(), editable=False)
    lines = models.BigIntegerField()
    newest = models.CharField(max_length=64)
    whole = models.BooleanField()
    broken_at = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("proof of the audit log")
        verbose_name_plural = _("proofs of the audit log")
