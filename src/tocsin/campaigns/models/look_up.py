"""What look-ups by postal code keep: tables, what was answered, and how the providers are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PostalDivision(models.Model):
    """One line of a table of postal codes: a code lies in a division. A code that spans several has several lines."""

    table = models.CharField(max_length=40, default="default")
    postal_code = models.CharField(max_length=12)
    division = models.CharField(max_length=120)
    name = models.CharField(max_length=160, blank=True)

    class Meta:
        verbose_name = _("division of a postal code")
        verbose_name_plural = _("divisions of postal codes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "postal_code", "division"], name="a_code_lies_in_a_division_once")
        ]

    def __str__(self) -> str:
        return f"{self.postal_code} · {self.division}"


class LookUpMemory(models.Model):
    """What a provider answered for a postal code, so that it is asked once for many. No person is in it."""

    provider = models.CharField(max_length=40)
    postal_code = models.CharField(max_length=12)
    answer = models.JSONField()
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("remembered look-up")
        verbose_name_plural = _("remembered look-ups")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "postal_code"], name="one_memory_for_each_code")
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.postal_code}"


class ProviderHealth(models.Model):
    """Whether a provider may be asked now: shared by all processes, so that one that is away is left alone by all."""

    provider = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    away_until = models.DateTimeField(null=True)
    # The minute that is being counted, and how often it was asked in it.
    minute = models.DateTimeField(null=True)
    asked_in_minute = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("health of a provider")
        verbose_name_plural = _("health of providers")

    def __str__(self) -> str:
        return self.provider
