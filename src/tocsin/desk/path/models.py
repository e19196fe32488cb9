"""Plan, a campaign that somebody is about to make; CampaignModel, one that is kept to begin from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign


class Plan(models.Model):
    """What somebody entered on the path so far, so that leaving and coming back loses nothing.

    Once `campaign` is set, its drafts are there, and they say what is planned: a colleague may have changed them.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    outline = models.JSONField(default=dict)
    at = models.CharField(max_length=20, default="what", help_text=_("The screen that was left last."))
    campaign = models.OneToOneField(Campaign, models.CASCADE, null=True, related_name="plan")
    begun_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return str(self.outline.get("name", ""))


class CampaignModel(models.Model):
    """A campaign as plain data, kept to begin others from. It is no campaign: nobody can act on it."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    outline = models.JSONField()
    kept_by_name = models.CharField(max_length=160)
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
