"""How far the nightly walks came that end people's data, and which actions they left for another night."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign


class EndingMark(models.Model):
    """One walk, like “people:12” or “words:12” of campaign 12, and the number of the last row it is done with: no night
    looks at a row again that an earlier one has ended."""

    walk = models.CharField(max_length=40, primary_key=True)
    up_to = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("mark of an ending")
        verbose_name_plural = _("marks of endings")

    def __str__(self) -> str:
        return f"{self.walk}: {self.up_to}"


class WordsLater(models.Model):
    """An action that the walk passed while a letter of it still waited, or was not gone for long enough. Looked at
    again every night, and there are never many beside those that are done."""

    action = models.OneToOneField("actions.Action", models.CASCADE, primary_key=True, related_name="words_later")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("action whose words end later")
        verbose_name_plural = _("actions whose words end later")
        indexes: ClassVar = [models.Index(fields=["campaign", "action"], name="words_later_by_campaign")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.action_id}"
