"""The rows that are like what is wanted, as sets that the database answers; nothing sealed is opened here.

Each kind of list walks along a base that an index leads through (`walk`), and keeps of it what is wanted (`like`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tocsin.actions.lists.wanted import Wanted, midnight
from tocsin.actions.models import Action, Letter
from tocsin.actions.newest import SIDE_BY_SIDE, first_number
from tocsin.actions.written_to import left_campaign, may_be_written_to
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.sources import SOURCE_KEYS
from tocsin.supporters.current import current_consents, withdrawals
from tocsin.supporters.models import Consent, Supporter


@dataclass(frozen=True, slots=True)
class Found[M: (Action, Supporter, Consent)]:
    """`walk` is what an index leads through, `like` what is wanted of it. `dense`: its numbers have few gaps.
    `by_index`: the index alone tells which are wanted, and no row is read for it."""

    walk: QuerySet[M]
    like: QuerySet[M]
    dense: bool
    by_index: bool = False

    @property
    def all_of_it(self) -> bool:
        return self.walk is self.like


def actions_like(wanted: Wanted, campaign: int | None = None) -> Found[Action]:
    walk = Action.objects.filter(campaign=campaign) if campaign else Action.objects.all()
    asked = wanted.only("language", "since", "until", "state", "source", "own", "fate", "purpose", "consent")
    if not asked.anything:
        return Found(walk, walk, dense=not campaign)
    walk = _accepted_between(walk, asked)
    like = _between(_in_language(walk, asked.language, campaign), "accepted_at", asked)
    if asked.state:
        like = like.filter(state=asked.state)
    if asked.source:
        like = like.filter(_came_from(asked.source))
    if asked.own:
        like = like.filter(Exists(_letters(own_words=asked.own == "yes")))
    if asked.fate:
        like = like.filter(Exists(_letters(message__state=asked.fate)))
    told_by_index = bool(campaign) and asked == asked.only("language", "state")
    return Found(walk, _standing(like, "supporter", asked, campaign), dense=not campaign, by_index=told_by_index)


def supporters_like(wanted: Wanted) -> Found[Supporter]:
    """Of the whole site."""
    walk = Supporter.objects.all()
    asked = wanted.only("language", "since", "until", "purpose", "consent")
    if not asked.anything:
        return Found(walk, walk, dense=True)
    like = walk.filter(language=asked.language) if asked.language else walk
    like = _standing(_between(like, "first_seen_at", asked), "pk", asked, None)
    return Found(walk, like, dense=True)


def supporters_of_campaign(wanted: Wanted, campaign: int) -> Found[Action]:
    """By their actions, one each: an index leads through those of a campaign."""
    walk = Action.objects.filter(campaign=campaign, supporter__isnull=False)
    asked = wanted.only("language", "since", "until", "purpose", "consent")
    if not asked.anything:
        return Found(walk, walk, dense=False)
    walk = _accepted_between(walk, asked)
    like = walk.filter(supporter__language=asked.language) if asked.language else walk
    like = _between(like, "accepted_at", asked)
    return Found(walk, _standing(like, "supporter", asked, campaign), dense=False)


def consents_like(wanted: Wanted, campaign: int | None = None) -> Found[Consent]:
    walk = Consent.objects.filter(campaign_ref=campaign) if campaign else Consent.objects.all()
    asked = wanted.only("language", "since", "until", "purpose", "answer", "method")
    if not asked.anything:
        return Found(walk, walk, dense=not campaign)
    said = {name: getattr(asked, name) for name in ("language", "purpose", "method") if getattr(asked, name)}
    like = _answered(_between(walk.filter(**said), "given_at", asked), asked.answer)
    return Found(walk, like, dense=not campaign)


def actions_by_digest(digest: bytes) -> QuerySet[Action]:
    """One person's, newest first; also those that made no supporter: held, blocked, not confirmed. An index leads there
    from each campaign, and none from all."""
    campaigns = list(Campaign.objects.values_list("pk", flat=True))
    return Action.objects.filter(campaign__in=campaigns, email_digest=digest).order_by("-pk")


# ── what narrows ────────────────────────────────────────────────────────────────────────────────────────────────
def _in_language(rows: QuerySet[Action], language: str, campaign: int | None) -> QuerySet[Action]:
    if not language:
        return rows
    editions = Edition.objects.filter(language=language)
    numbers = (editions.filter(campaign=campaign) if campaign else editions).values_list("pk", flat=True)
    return rows.filter(edition__in=list(numbers))


def _accepted_between(rows: QuerySet[Action], asked: Wanted) -> QuerySet[Action]:
    """The numbers of actions grow with time: where a day begins among a million is found in twenty small steps. A
    little more than was asked for, since some ran side by side."""
    if asked.since:
        rows = rows.filter(pk__gte=_number_at(midnight(asked.since) - SIDE_BY_SIDE))
    if asked.until:
        rows = rows.filter(pk__lte=_number_at(midnight(asked.until + timedelta(days=1)) + SIDE_BY_SIDE))
    return rows


def _number_at(moment: datetime) -> int:
    return first_number(Action.objects.all(), "accepted_at", moment)


def _between[M: (Action, Supporter, Consent)](rows: QuerySet[M], field: str, asked: Wanted) -> QuerySet[M]:
    """Whole days of the staff's time zone."""
    if asked.since:
        rows = rows.filter(**{f"{field}__gte": midnight(asked.since)})
    if asked.until:
        rows = rows.filter(**{f"{field}__lt": midnight(asked.until + timedelta(days=1))})
    return rows


def _came_from(source: str) -> Q:
    """What a campaigner asks for is looked for wherever a source or code may stand."""
    said = Q()
    for key in SOURCE_KEYS:
        said |= Q(**{f"source__{key}": source})
    return said


def _letters(**like: Any) -> QuerySet[Letter]:
    return Letter.objects.filter(action=OuterRef("pk"), **like)


def _standing[M: (Action, Supporter)](
    rows: QuerySet[M], person: str, asked: Wanted, campaign: int | None
) -> QuerySet[M]:
    """How people stand to a purpose now; `person` is the column that tells who. In a campaign, who left it, left."""
    who = OuterRef(person)
    left = Q(Exists(withdrawals(asked.purpose).filter(supporter=who)))
    if campaign:
        left |= Q(Exists(left_campaign(campaign).filter(pk=who)))
    if asked.consent == "given":
        return rows.filter(Exists(may_be_written_to(asked.purpose, campaign).filter(pk=who)))
    if asked.consent == "left":
        return rows.filter(left)
    if asked.consent == "stopped":
        agreed = Exists(current_consents(asked.purpose).filter(supporter=who))
        return rows.filter(agreed, ~left, ~Exists(may_be_written_to(asked.purpose, campaign).filter(pk=who)))
    if asked.consent == "none":
        return rows.filter(~Exists(current_consents(asked.purpose).filter(supporter=who)))
    return rows


def _answered(rows: QuerySet[Consent], answer: str) -> QuerySet[Consent]:
    moved = (Consent.Control.LEFT, Consent.Control.BACK)
    if answer in ("yes", "no"):
        return rows.filter(yes=answer == "yes").exclude(control__in=moved)
    return rows.filter(control=answer) if answer else rows
