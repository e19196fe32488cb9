"""Sets of actions taken out of the number for abuse: proposed and counted, then decided, and put back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from tocsin.actions.invalidate import Chosen, put_back
from tocsin.actions.models import Invalidation, ProposedSet
from tocsin.actions.propose import propose, take_out_proposed
from tocsin.api.bodies import Body, Moment, Text
from tocsin.api.door import Key, campaign_of, name_of, note
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign
from tocsin.staff.models import Scope

router = Router(tags=["numbers"])
Reason = Annotated[Text, Field(min_length=1, max_length=400, pattern=r"\S", description="Everybody can read it.")]


class ChosenIn(Body):
    """Which actions: all that is named must be so, and something must be."""

    source_key: Literal[
        "", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "appeal"
    ] = ""
    source_value: Annotated[Text, Field(max_length=100)] = ""
    sign: Literal["", "no_origin"] = ""
    since: Moment | None = None
    until: Moment | None = None
    reason: Reason


class ProposedOut(Schema):
    """`people` is empty until the worker has counted them: ask again. Forgotten after a day."""

    id: int
    people: int | None
    reason: str


class DecisionOut(Schema):
    """One decision. `restores` is the one that it takes back; `done_at` is empty while the worker is at it."""

    id: int
    restores: int | None
    reason: str
    people: int
    decided_by: str
    decided_at: datetime
    done_at: datetime | None


class BackIn(Body):
    reason: Reason


@router.get("/{campaign}/sets", auth=Key(Scope.READ_CAMPAIGNS), response=Page[DecisionOut])
def sets(request: HttpRequest, campaign: int, ask: Query[Ask]) -> Page[DecisionOut]:
    """What was taken out of the number and put back, with why."""
    rows, more = some(campaign_of(request, campaign).invalidations.all(), ask, "decided_at")
    return page([_said(row) for row in rows], rows, ask, more=more)


@router.post("/{campaign}/sets", auth=Key(Scope.DECIDE), response=ProposedOut)
def proposed(request: HttpRequest, campaign: int, said: ChosenIn) -> ProposedOut:
    """Has a set counted, and changes nothing."""
    chosen = Chosen(said.source_key, said.source_value, said.sign, said.since, said.until)
    if not chosen.names_something:
        raise Refused(422, "Say which actions: where they came from, what was noticed, or when.")
    if bool(said.source_key) != bool(said.source_value):
        raise Refused(422, "Name both: which value of the page's address, and what it says.")
    row = propose(campaign_of(request, campaign), chosen, said.reason)
    row.refresh_from_db()
    return ProposedOut(id=row.pk, people=row.people, reason=row.reason)


@router.get("/{campaign}/sets/proposed/{number}", auth=Key(Scope.DECIDE), response=ProposedOut)
def counted(request: HttpRequest, campaign: int, number: int) -> ProposedOut:
    """How many people are in a proposed set."""
    row = _proposed(campaign_of(request, campaign), number)
    return ProposedOut(id=row.pk, people=row.people, reason=row.reason)


@router.post("/{campaign}/sets/proposed/{number}/take-out", auth=Key(Scope.DECIDE), response=DecisionOut)
def taken_out(request: HttpRequest, campaign: int, number: int) -> DecisionOut:
    """Takes out those who were in it when it was proposed. Letters that wait are held, and all can be put back."""
    row = _proposed(campaign_of(request, campaign), number)
    with transaction.atomic():
        decision = take_out_proposed(row, None, name_of(request))
        if decision is None:
            raise Refused(409, "Nothing was done: nobody is in this set, or it is not counted yet.")
        note(request, "set_taken_out", kind="letters", campaign=row.campaign_id, decision=decision.pk)
    return _said(Invalidation.objects.get(pk=decision.pk))


@router.post("/{campaign}/sets/{number}/put-back", auth=Key(Scope.DECIDE), response=DecisionOut)
def back(request: HttpRequest, campaign: int, number: int, said: BackIn) -> DecisionOut:
    """Has a set that was taken out counted again."""
    found = campaign_of(request, campaign).invalidations.filter(pk=number).first()
    if found is None:
        raise Http404
    with transaction.atomic():
        if not put_back(found, said.reason, None, name_of(request)):
            raise Refused(409, "This set is not out, or not wholly out yet.")
        note(request, "set_put_back", kind="letters", campaign=found.campaign_id, decision=found.pk)
    return _said(Invalidation.objects.get(restores=found))


def _proposed(campaign: Campaign, number: int) -> ProposedSet:
    found = ProposedSet.objects.select_related("campaign").filter(campaign=campaign, pk=number).first()
    if found is None:
        raise Http404
    return found


def _said(row: Invalidation) -> DecisionOut:
    return DecisionOut(
        id=row.pk,
        restores=row.restores_id,
        reason=row.reason,
        people=row.people,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        done_at=row.done_at,
    )
