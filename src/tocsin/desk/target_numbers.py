"""Reads what a target's server took, and when: of one campaign's letters, or of all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import BigIntegerField, CharField, Count, Func, Q, QuerySet
from django.utils import timezone

from tocsin.actions.lists.wanted import midnight
from tocsin.actions.newest import first_number, newest_letters
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.fates import Fates, picture_of
from tocsin.desk.remembered import remembered
from tocsin.outbox.models import Bucket, Delivery, Kind, Lane, Message, Notice
from tocsin.outbox.states import State

DAYS_SHOWN = 30
WORDS_SHOWN = 10
LONGEST_ATTEMPT = timedelta(hours=1)


class TenMinutes(Func):
    """A moment without its last figures: “2026-11-23 19:1”, in UTC. Django's own cutting into days asks Python for
    every row on SQLite; this is the database's own, and every time zone's day begins at one of these."""

    output_field: ClassVar[CharField[str, str]] = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="substr(%(expressions)s, 1, 15)")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "left(to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 15)"
        return super().as_sql(compiler, connection, template=template)


class ReadFromRow(Func):
    """A number that SQLite is to look for by no index: it knows nothing of how many rows each would lead to, and takes
    the one that reads most. PostgreSQL knows, and chooses well."""

    output_field: ClassVar[BigIntegerField[int, int]] = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="+%(expressions)s")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the staff's time zone, with how many letters the server took on it."""

    day: date
    letters: int


@dataclass(frozen=True, slots=True)
class TargetNumbers:
    fates: Fates
    days: list[Day]
    words: list[Delivery]
    pace: Bucket | None
    notices: list[Notice]
    as_of: datetime

    @property
    def taken(self) -> int:
        return sum(fate.letters for fate in self.fates.rows if fate.state in {State.SENT, State.REPLIED})


def numbers_of(target: Target, campaign: Campaign | None) -> TargetNumbers:
    """What takes seconds among a million letters is what it was at `as_of`."""
    counted = remembered(f"target:{target.pk}:{campaign.pk if campaign else ''}", lambda: _counted(target, campaign))
    return TargetNumbers(
        fates=picture_of(counted.by_state),
        days=counted.days,
        words=_last_words(target, campaign),
        pace=Bucket.objects.filter(key=f"target:{target.pk}").first(),
        notices=list(notices_about(target)),
        as_of=counted.as_of,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    by_state: dict[str, int]
    days: list[Day]
    as_of: datetime


def _counted(target: Target, campaign: Campaign | None) -> _Counted:
    since = timezone.localdate() - timedelta(days=DAYS_SHOWN - 1)
    return _Counted(by_state(target, campaign), days_taken(target, campaign, since=since), timezone.now())


def by_state(target: Target, campaign: Campaign | None) -> dict[str, int]:
    rows = Message.objects.filter(_asked(target, campaign)).values_list("state")
    return dict(rows.annotate(letters=Count("pk")))


def days_taken(target: Target, campaign: Campaign | None, *, since: date | None = None) -> list[Day]:
    """Every day from `since` until today, also those without a letter; without it, only days with letters."""
    taken = _taken_since(target, campaign, since) if since else _taken(target, campaign)
    by_day = Counter[date]()
    moments = taken.exclude(finished_at=None).annotate(moment=TenMinutes("finished_at")).values_list("moment")
    for moment, letters in moments.annotate(letters=Count("pk")):
        at = datetime.strptime(f"{moment}0", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        by_day[timezone.localtime(at).date()] += letters
    if not since:
        return [Day(day, letters) for day, letters in sorted(by_day.items())]
    return [Day(day, by_day.get(day, 0)) for day in _days(since, timezone.localdate())]


def _taken(target: Target, campaign: Campaign | None) -> QuerySet[Delivery]:
    return Delivery.objects.filter(_asked(target, campaign, "message__"), outcome=State.SENT)


def _taken_since(target: Target, campaign: Campaign | None, since: date) -> QuerySet[Delivery]:
    """Starts at whichever are fewer, the attempts of these days or the target's letters, whenever they left: each way
    takes seconds where the other takes none."""
    attempts, begins = Delivery.objects.all(), midnight(since)
    first = first_number(attempts, "started_at", begins - LONGEST_ATTEMPT)
    late = (attempts.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1 - first
    few_letters = Message.objects.filter(_asked(target, campaign))[: max(late, 0)].count() < late
    taken = _taken(target, campaign) if few_letters else _taken_by_attempt(target, campaign)
    return taken.filter(pk__gte=first, finished_at__gte=begins)


def _taken_by_attempt(target: Target, campaign: Campaign | None) -> QuerySet[Delivery]:
    """The same, where each letter is looked up from its attempt."""
    taken = Delivery.objects.filter(message__kind=Kind.LETTER, outcome=State.SENT)
    taken = taken.alias(to=ReadFromRow("message__target_ref")).filter(to=target.pk)
    return taken.alias(of=ReadFromRow("message__campaign_ref")).filter(of=campaign.pk) if campaign else taken


def notices_about(target: Target) -> QuerySet[Notice]:
    """What is open about the target itself, its address, or the domain that its mail goes to."""
    domain = target.email.rpartition("@")[2].lower()
    about = [f"target:{target.pk}", target.email, str(target.pk), *([f"domain:{domain}", domain] if domain else [])]
    return Notice.objects.filter(about__in=[name for name in about if name], settled_at=None).order_by("raised_at")


def _last_words(target: Target, campaign: Campaign | None) -> list[Delivery]:
    """The latest attempts at the newest letters."""
    newest = newest_letters(WORDS_SHOWN * 2, target=target.pk, campaign=campaign.pk if campaign else None)
    return list(Delivery.objects.filter(message__in=newest).exclude(words="").order_by("-pk")[:WORDS_SHOWN])


def _asked(target: Target, campaign: Campaign | None, before: str = "") -> Q:
    asked: dict[str, Any] = {f"{before}target_ref": target.pk, f"{before}kind": Kind.LETTER}
    if campaign:
        asked[f"{before}campaign_ref"] = campaign.pk
    return Q(**asked)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One of a campaign's targets with the fate of its letters."""

    target: Target
    fates: Fates


def targets_of(campaign: Campaign) -> QuerySet[Target]:
    """Whom a campaign writes to: its own targets, those of its list, and whoever a look-up led letters to."""
    led_to = Lane.objects.filter(campaign_ref=campaign.pk, target_ref__isnull=False).values("target_ref")
    ours = Q(campaigns=campaign) | Q(pk__in=led_to)
    if campaign.target_list_id:
        ours |= Q(lists=campaign.target_list_id)
    return Target.objects.filter(ours).distinct().order_by("name", "pk")


def targets_with_fates(campaign: Campaign) -> list[TargetRow]:
    """In two queries, however many there are. One passes over all letters to these targets: it is remembered."""
    targets = list(targets_of(campaign))
    by_target = remembered(f"fates-by-target:{campaign.pk}", lambda: _by_target(campaign, targets))
    return [TargetRow(target, picture_of(by_target.get(target.pk, {}))) for target in targets]


def _by_target(campaign: Campaign, targets: list[Target]) -> dict[int | None, dict[str, int]]:
    """From the index by target alone: that by campaign does not know the target, and each message would be read."""
    rows = Message.objects.filter(target_ref__in=[target.pk for target in targets], kind=Kind.LETTER)
    ours = rows.alias(of=ReadFromRow("campaign_ref")).filter(of=campaign.pk)
    by_target: dict[int | None, dict[str, int]] = defaultdict(dict)
    for number, state, letters in ours.values_list("target_ref", "state").annotate(letters=Count("pk")):
        by_target[number][state] = letters
    return dict(by_target)
