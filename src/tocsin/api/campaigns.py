"""Campaigns, as other software reads them: the number and what stands behind it, frozen words, hours, the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import F, Model
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions.accounted import account_of
from tocsin.actions.count import shown_numbers
from tocsin.actions.fates import letters_by_fate
from tocsin.actions.models import HourOfActions, HourOfLetters, HourOfViews
from tocsin.api.door import Key, campaign_of, campaigns_of, key_of
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign, CounterEntry, Edition
from tocsin.staff.models import Scope

router = Router(tags=["campaigns"])
LONGEST_SPAN = timedelta(days=31)
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
# What is summed up by the hour: the rows, the column of the sum, and what else tells them apart.
HOURS: dict[str, tuple[type[Model], str, tuple[str, ...]]] = {
    "actions": (HourOfActions, "people", ("source", "own_words")),
    "letters": (HourOfLetters, "letters", ("fate",)),
    "views": (HourOfViews, "views", ("source",)),
}


class CampaignOut(Schema):
    """`standing`: whether people may act now. `count` is the public number."""

    id: int
    name: str
    short_name: str
    kind: Literal["letter", "petition"]
    standing: Literal["open", "not_yet", "closed"]
    opens_at: datetime | None
    closes_at: datetime | None
    time_zone: str
    goal: int | None
    count: int
    letters_paused: bool
    letters_held: bool
    is_a_test: bool


class PageOut(Schema):
    """The page of one language, as it speaks now."""

    language: str
    url: str
    title: str
    demand: str
    edition: int


class NumberOut(Schema):
    """What stands behind the number. `unconfirmed` is as of last night, and empty where nobody is asked to confirm."""

    online: int
    unconfirmed: int | None
    paper: int
    partner: int
    offset: int
    as_of: datetime


class WholeCampaignOut(CampaignOut):
    """`letters` are numbers by fate; `targets` those who are named, not those whom a list or a look-up finds."""

    number: NumberOut
    pages: list[PageOut]
    targets: list[int]
    letters: dict[str, int]


class EditionOut(Schema):
    id: int
    campaign: int
    language: str
    number: int
    sha256: str
    published_at: datetime
    retired_at: datetime | None
    url: str


class WholeEditionOut(EditionOut):
    """`words` is what was frozen; its canonical JSON (keys sorted, no blanks, UTF-8) has the SHA-256."""

    words: dict[str, Any]


class HourOut(Schema):
    """What happened in one hour (UTC) in one language: people who acted, letters by fate, or how often the page was
    given out. `source` and `own_words` are of actions; `source` also of views; `fate` of letters."""

    hour: datetime
    language: str
    number: int
    source: str = ""
    own_words: int | None = None
    fate: str = ""


class EntryOut(Schema):
    """One line of the ledger. `counts`: it needed no second person, or was approved by one."""

    id: int
    source: Literal["offset", "paper", "partner"]
    people: int
    reason: str
    counted_on: date
    entered_at: datetime
    counts: bool


@router.get("", auth=Key(Scope.READ_CAMPAIGNS), response=Page[CampaignOut])
def campaigns(request: HttpRequest, ask: Query[Ask]) -> Page[CampaignOut]:
    """The campaigns that the key opens."""
    rows, more = some(campaigns_of(request), ask, "created_at")
    numbers = shown_numbers(row.pk for row in rows)
    return page([CampaignOut(**_said(row, numbers[row.pk])) for row in rows], rows, ask, more=more)


@router.get("/{campaign}", auth=Key(Scope.READ_CAMPAIGNS), response=WholeCampaignOut)
def campaign(request: HttpRequest, campaign: int) -> WholeCampaignOut:
    """One campaign with its number, pages, targets, and letters by fate."""
    found = campaign_of(request, campaign)
    return WholeCampaignOut(
        **_said(found, shown_numbers([found.pk])[found.pk]),
        number=_number(found),
        pages=_pages(found),
        targets=list(found.targets.order_by("pk").values_list("pk", flat=True)),
        letters=letters_by_fate(found),
    )


@router.get("/{campaign}/editions", auth=Key(Scope.READ_CAMPAIGNS), response=Page[EditionOut])
def editions(request: HttpRequest, campaign: int, ask: Query[Ask]) -> Page[EditionOut]:
    """All frozen wordings, also those that are accepted no longer (`retired_at`)."""
    rows, more = some(campaign_of(request, campaign).editions.all(), ask, "published_at")
    return page([EditionOut(**_edition(row)) for row in rows], rows, ask, more=more)


@router.get("/{campaign}/editions/{edition}", auth=Key(Scope.READ_CAMPAIGNS), response=WholeEditionOut)
def edition(request: HttpRequest, campaign: int, edition: int) -> WholeEditionOut:
    """One frozen wording, whole."""
    found = Edition.objects.filter(campaign=campaign_of(request, campaign), pk=edition).first()
    if found is None:
        raise Http404
    return WholeEditionOut(**_edition(found), words=found.words)


@router.get("/{campaign}/hours", auth=Key(Scope.READ_CAMPAIGNS), response=list[HourOut])
def hours(
    request: HttpRequest,
    campaign: int,
    since: Annotated[date, Query(ge=FIRST, le=LAST, description="The first day, UTC.")],
    until: Annotated[date | None, Query(ge=FIRST, le=LAST, description="The last day, UTC; 31 days at most.")] = None,
    of: Literal["actions", "letters", "views"] = "actions",
) -> list[HourOut]:
    """What happened, hour by hour."""
    first = datetime.combine(since, datetime.min.time(), UTC)
    end = datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=1) if until else first + LONGEST_SPAN
    if not first < end <= first + LONGEST_SPAN:
        raise Refused(422, "Ask for 31 days at most, and for the first day before the last.")
    model, number, others = HOURS[of]
    rows = model._base_manager.filter(campaign=campaign_of(request, campaign), hour__gte=first, hour__lt=end)
    said = rows.order_by("hour", "language", "pk").values("hour", "language", *others, number=F(number))
    return [HourOut(**row) for row in said if row["number"]]


@router.get("/{campaign}/ledger", auth=Key(Scope.READ_CAMPAIGNS), response=Page[EntryOut])
def ledger(request: HttpRequest, campaign: int, ask: Query[Ask]) -> Page[EntryOut]:
    """The lines of people counted elsewhere. No key can add one."""
    entries = CounterEntry.objects.filter(campaign=campaign_of(request, campaign)).select_related("decision")
    rows, more = some(entries, ask, "entered_at")
    said = [EntryOut(**_entry(row)) for row in rows]
    return page(said, rows, ask, more=more)


class KeyOut(Schema):
    """Which key this is, and what it opens."""

    key: str
    name: str
    scopes: list[str]
    campaign: int | None
    expires_at: datetime


who = Router(tags=["key"])


@who.get("", auth=Key(), response=KeyOut)
def which_key(request: HttpRequest) -> KeyOut:
    """For trying a key out: its name, and what it may do."""
    key = key_of(request)
    return KeyOut(key=key.prefix, name=key.name, scopes=key.scopes, campaign=key.campaign_id, expires_at=key.expires_at)


def _said(campaign: Campaign, count: int) -> dict[str, Any]:
    standing = "not_yet" if campaign.not_yet_open() else "closed" if campaign.closed_for_signing() else "open"
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "short_name": campaign.slug,
        "kind": campaign.kind,
        "standing": standing,
        "opens_at": campaign.opens_at,
        "closes_at": campaign.closes_at,
        "time_zone": campaign.time_zone,
        "goal": campaign.goal,
        "count": count,
        "letters_paused": campaign.letters_paused,
        "letters_held": campaign.letters_held,
        "is_a_test": bool(campaign.test_address),
    }


def _entry(line: CounterEntry) -> dict[str, Any]:
    names = ("source", "people", "reason", "counted_on", "entered_at", "counts")
    return {"id": line.pk, **{name: getattr(line, name) for name in names}}


def _number(campaign: Campaign) -> NumberOut:
    account = account_of(campaign)
    elsewhere = {part.source: part.people for part in account.elsewhere}
    return NumberOut(
        online=account.online,
        unconfirmed=account.unconfirmed,
        paper=elsewhere.get(CounterEntry.Source.PAPER, 0),
        partner=elsewhere.get(CounterEntry.Source.PARTNER, 0),
        offset=elsewhere.get(CounterEntry.Source.OFFSET, 0),
        as_of=account.shown.as_of,
    )


def _pages(campaign: Campaign) -> list[PageOut]:
    """Of each language the newest wording; a campaign without an edition has nothing that people can read."""
    newest = [Edition.objects.current(campaign, language) for language, _name in settings.LANGUAGES]
    return [
        PageOut(
            language=row.language,
            url=_url(row.words["page_path"]),
            title=row.words["title"],
            demand=row.words["demand"],
            edition=row.pk,
        )
        for row in newest
        if row is not None
    ]


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.pk,
        "campaign": edition.campaign_id,
        "language": edition.language,
        "number": edition.number,
        "sha256": edition.sha256,
        "published_at": edition.published_at,
        "retired_at": edition.retired_at,
        "url": _url(edition.words["page_path"]),
    }


def _url(path: str) -> str:
    return f"{settings.TOCSIN_BASE_URL.geturl().rstrip('/')}{path}"
