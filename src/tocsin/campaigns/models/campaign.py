"""Campaign, with its rules: who gets a letter, when it is open, how its letters leave."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models.base import check_time_zone
from tocsin.campaigns.models.target import Target
from tocsin.campaigns.models.target_list import TargetList


class Kind(models.TextChoices):
    LETTER = "letter", _("Letter: each person writes to every target")
    PETITION = "petition", _("Petition: each person signs one text")


class ReplyTo(models.TextChoices):
    SUPPORTER = "supporter", _("To the supporter who wrote")
    ALIAS = "alias", _("Through us to the supporter, and we note that an answer came")
    NOBODY = "nobody", _("To our own address only")


class Moderation(models.TextChoices):
    OFF = "off", _("Letters leave without being read")
    FLAGGED = "flagged", _("Letters with threats, slurs or many links wait for a moderator")


class Targeting(models.TextChoices):
    FIXED = "fixed", _("The same for everybody: one office, or several")
    ANSWER = "answer", _("By an answer: whoever belongs to the person's province, country or city")
    POSTAL_CODE = "postal", _("By postal code: whoever represents the person")


class MatchedBy(models.TextChoices):
    PROVINCE = "province", _("Province or territory")
    COUNTRY = "country", _("Country")
    CITY = "city", _("City")


class Provider(models.TextChoices):
    TABLE = "table", _("A table of postal codes that was imported")
    REPRESENT = "represent", _("Open North's Represent (Canada)")
    BOUNDARIES = "boundaries", _("Boundaries and centres of postal codes that were imported")


class Campaign(models.Model):  # type: ignore[django-manager-missing]  # its pages are Wagtail's, which has no types
    """One demand: one count, one set of targets, one delivery policy. Its words are on its action pages."""

    name = models.CharField(_("name"), max_length=160, help_text=_("What staff call it. The public does not see it."))
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LETTER)
    targets = models.ManyToManyField(Target, verbose_name=_("targets"), blank=True, related_name="campaigns")
    targeting = models.CharField(_("who gets a letter"), max_length=10, choices=Targeting, default=Targeting.FIXED)
    target_list = models.ForeignKey(
        TargetList, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name=_("list of targets")
    )
    matched_by = models.CharField(
        _("matched by"), max_length=10, choices=MatchedBy, default=MatchedBy.PROVINCE, blank=True
    )
    provider = models.CharField(_("look-up"), max_length=12, choices=Provider, default=Provider.TABLE, blank=True)
    goal = models.PositiveIntegerField(_("goal"), null=True, blank=True, validators=[MinValueValidator(1)])
    show_count_from = models.PositiveIntegerField(
        _("show the count from"), default=1, help_text=_("Below this number the page does not show its count.")
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/Toronto", validators=[check_time_zone])
    reply_to = models.CharField(_("replies go"), max_length=10, choices=ReplyTo, default=ReplyTo.SUPPORTER)
    moderation = models.CharField(_("moderation"), max_length=10, choices=Moderation, default=Moderation.FLAGGED)
    letters_paused = models.BooleanField(
        _("letters are paused"), default=False, help_text=_("While paused, letters wait. None is lost.")
    )
    letters_held = models.BooleanField(
        _("hold new letters"), default=False, help_text=_("Each new letter waits until somebody releases it.")
    )
    letters_not_before = models.DateTimeField(
        _("letters leave from"), null=True, blank=True, help_text=_("Empty: as soon as they are written.")
    )
    test_address = models.EmailField(
        _("test address"),
        blank=True,
        help_text=_("While an address stands here, every letter goes to it, marked as a test, and none to a target."),
    )
    confirm_first = models.BooleanField(
        _("ask people to confirm by mail"),
        default=False,
        help_text=_("An action counts, and its letter leaves, when its writer pressed the button in a mail of ours."),
    )
    offer_own_mail = models.BooleanField(_("people may send it from their own mail program"), default=False)
    offer_print = models.BooleanField(_("people may print their letter"), default=False)
    show_taken = models.BooleanField(
        _("say how many letters were taken"),
        default=False,
        help_text=_("“4,812 letters were taken by the Minister's server” stands below the number."),
    )
    data_kept_months = models.PositiveSmallIntegerField(
        _("months that people's data are kept"),
        default=6,
        db_default=6,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    words_kept_days = models.PositiveSmallIntegerField(
        _("days that a letter's words are kept"),
        default=28,
        db_default=28,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": _("A campaign cannot close before it opens.")})

    def not_yet_open(self, now: datetime | None = None) -> bool:
        return self.opens_at is not None and (now or timezone.now()) < self.opens_at

    def closed_for_signing(self, now: datetime | None = None) -> bool:
        return self.closes_at is not None and (now or timezone.now()) >= self.closes_at

    def open_for_signing(self, now: datetime | None = None) -> bool:
        return not self.not_yet_open(now) and not self.closed_for_signing(now)

    def list_fills_itself(self) -> bool:
        """Represent names whom a list lacks (campaigns/targeting/filling.py), so one may begin with nobody in it."""
        return self.targeting == Targeting.POSTAL_CODE and self.provider == Provider.REPRESENT
