"""Target, who letters go to, and how they are addressed in each language."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns import forms_of_address
from tocsin.campaigns.models.base import check_time_zone


class Target(models.Model):
    """A decision-maker: where letters to them go. How they are addressed is in `TargetWords`, by language."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("In office: letters go to them")
        AWAY = "away", _("No longer in office: letters wait, or go to whoever follows")
        UNREACHABLE = "dead", _("The address is dead: letters wait for another")

    class Mode(models.TextChoices):
        EACH = "each", _("Each letter by itself")
        DAILY = "daily", _("One mail a day with all letters")
        WEEKLY = "weekly", _("One mail a week with all letters")
        HAND_IN = "hand_in", _("Handed in on paper")

    class Gender(models.TextChoices):
        UNKNOWN = "", _("Not known, or it does not matter")
        WOMAN = "f", _("Woman")
        MAN = "m", _("Man")

    name = models.CharField(
        _("name"),
        max_length=160,
        help_text=_("The person, or the office when it matters more than who holds it. Staff see this."),
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Letters go here, and nowhere else. Only a target whose letters are handed in may have none."),
    )
    other_emails = models.TextField(
        _("other addresses"), blank=True, help_text=_("One in each line. Kept for the day when the first is dead.")
    )
    language = models.CharField(_("preferred language"), max_length=10, choices=settings.LANGUAGES, default="en")
    gender = models.CharField(_("gender"), max_length=1, choices=Gender, blank=True, default=Gender.UNKNOWN)
    office_kind = models.CharField(
        _("kind of office"),
        max_length=40,
        blank=True,
        help_text=_("Decides the form of address where none of its own is given (campaigns/forms_of_address.py)."),
    )
    division = models.CharField(
        _("division"),
        max_length=120,
        blank=True,
        db_index=True,
        help_text=_("Open Civic Data identifier with its year, like ocd-division/country:ca/ed:35075-2023."),
    )
    division_name = models.CharField(_("riding"), max_length=160, blank=True)
    party = models.CharField(_("party"), max_length=120, blank=True)
    postal_address = models.TextField(_("postal address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors", verbose_name=_("followed by")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/Toronto", validators=[check_time_zone])
    mode = models.CharField(_("how letters arrive"), max_length=10, choices=Mode, default=Mode.EACH)
    per_hour_by_day = models.PositiveIntegerField(
        _("letters an hour by day"), default=20, help_text=_("0 means: as fast as the server takes them.")
    )
    per_hour_by_night = models.PositiveIntegerField(
        _("letters an hour by night"), default=5, help_text=_("0 means: none until the morning.")
    )
    paused = models.BooleanField(_("letters are paused"), default=False)
    # What an import knows it by, so that importing twice changes rather than doubles: "mps:35075".
    external_id = models.CharField(max_length=120, blank=True, db_index=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def words(self, language: str) -> TargetWords:
        """How this target is addressed in a language: its own words, or those of its office, or neutral ones."""
        found = next((words for words in self.in_words.all() if words.language == language), None)
        named = "office" if self.office_kind == forms_of_address.OFFICE else "person"
        return found or TargetWords(target=self, language=language, **{named: self.name})

    @property
    def in_office(self) -> bool:
        return self.status == self.Status.ACTIVE


class TargetWords(models.Model):
    """How one target is named and greeted in one language."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="in_words")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    style = models.CharField(_("style"), max_length=80, blank=True, help_text=_("The Honourable, Her Excellency …"))
    person = models.CharField(_("person"), max_length=160, blank=True)
    office = models.CharField(_("office"), max_length=200, blank=True, help_text=_("Minister of Immigration …"))
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    salutation = models.CharField(
        _("salutation"), max_length=200, blank=True, help_text=_("“Dear Minister,” – empty for a neutral one.")
    )

    class Meta:
        verbose_name = _("forms of address")
        verbose_name_plural = _("forms of address")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "language"], name="one_address_per_language")
        ]

    def __str__(self) -> str:
        return ", ".join(self.address[:2] if self.person else self.address[:1])

    @property
    def form(self) -> forms_of_address.Form:
        """What the table of forms of address says, where this row is silent."""
        return forms_of_address.form_for(getattr(self, "target", None), self.language, self.person)

    @property
    def full_name(self) -> str:
        return f"{self.style or self.form.style} {self.person}".strip() if self.person else ""

    @property
    def address(self) -> list[str]:
        """Who it is, line by line, none empty. Without a person the style belongs to the office: a line that said only
        “The Honourable” would leave everybody asking who."""
        first = [self.full_name, self.office] if self.person else [f"{self.style} {self.office}".strip()]
        return [line for line in (*first, self.organisation) if line]

    @property
    def greeting(self) -> str:
        """The salutation: its own, that of the office, or a neutral one. Never half empty."""
        if self.salutation:
            return self.salutation
        office = getattr(self, "target", None)
        if self.language != "fr" and not self.person and self.office and (office is None or not office.office_kind):
            return f"Dear {self.office},"
        return self.form.salutation

    @property
    def closing(self) -> str:
        """How a letter that began with the greeting ends, before the writer's name."""
        return forms_of_address.close(self.form, self.greeting)
