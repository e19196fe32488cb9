"""Campaign, its frozen editions, its targets, its tally and the ledger beside it."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns import forms_of_address


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone. Write one like America/Toronto."), params={"name": name})


class AppendOnly(models.Model):
    """Rows that are written once. What was wrong is put right by a further row, never by a change."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("This line cannot be changed. Add another that puts it right."))
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("This line cannot be removed. Add another that puts it right."))


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


class TargetList(models.Model):
    """Targets that belong together: a parliament, a cabinet, the premiers."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    targets = models.ManyToManyField(Target, through="ListMember", related_name="lists", verbose_name=_("targets"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("list of targets")
        verbose_name_plural = _("lists of targets")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """A target's place in a list; `match` is the answer that leads to it ("ON"), where a campaign matches answers."""

    target_list = models.ForeignKey(TargetList, models.CASCADE, related_name="members")
    target = models.ForeignKey(Target, models.CASCADE, related_name="memberships")
    match = models.CharField(_("answer"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("member of a list")
        verbose_name_plural = _("members of a list")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target_list", "target", "match"], name="once_in_a_list_for_each_answer")
        ]

    def __str__(self) -> str:
        return f"{self.target} ({self.target_list})"


class TargetImport(models.Model):
    """One file of targets: its rows as they were read, how its columns map, what it made, and how to undo it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        DONE = "done", _("Imported")
        UNDONE = "undone", _("Undone")

    target_list = models.ForeignKey(TargetList, models.SET_NULL, null=True, related_name="imports")
    file_name = models.CharField(max_length=200)
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # For each row that was taken: the target's number, and what it was before (None: it was new).
    made = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    by_name = models.CharField(max_length=160)
    uploaded_at = models.DateTimeField(db_default=Now())
    imported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of targets")
        verbose_name_plural = _("imports of targets")
        ordering: ClassVar = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.file_name


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


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self, campaign: Campaign, language: str) -> Edition | None:
        return self.filter(campaign=campaign, language=language).order_by("-number").first()


class Edition(models.Model):
    """The frozen, published wording of an action page. `words` never changes; `sha256` proves it."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="editions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    words = models.JSONField()
    sha256 = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(
        null=True, help_text=_("Set when a change needs new signatures: this edition is no longer accepted.")
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "language", "number"], name="edition_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.language} · {self.number}"


class Tally(models.Model):
    """How many actions of a campaign are counted. Written by the counter job only, never in a request."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="tally")
    counted = models.PositiveBigIntegerField(default=0)
    # Letters that a target's server took, as of the worker's last look. It is shown, so it is not counted in a request.
    letters_taken = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.campaign}: {self.counted}"


class CounterEntry(AppendOnly):
    """One dated line of the ledger: people counted elsewhere, with who says so and why."""

    class Source(models.TextChoices):
        OFFSET = "offset", _("Taken over from an older platform")
        PAPER = "paper", _("Signed on paper")
        PARTNER = "partner", _("Collected by a partner")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="counter_entries")
    source = models.CharField(_("source"), max_length=10, choices=Source)
    people = models.IntegerField(_("people"), help_text=_("A negative number takes back what was counted too much."))
    reason = models.CharField(_("reason"), max_length=400)
    counted_on = models.DateField(_("counted on"), default=timezone.localdate)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False)
    entered_by_name = models.CharField(max_length=160, editable=False)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("counter entry")
        verbose_name_plural = _("counter entries")
        ordering: ClassVar = ["-entered_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(people=0), name="counter_entry_says_a_number"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="counter_entry_says_why"),
        ]

    def __str__(self) -> str:
        return str(format_lazy("{people:+d} · {reason}", people=self.people, reason=self.reason))
