"""Actions, as other software reads them: when, where from, what became of each; with a wider key, who acted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions import verdicts
from tocsin.actions.exporting.batches import opened
from tocsin.actions.models import Action, Letter
from tocsin.actions.question_contract import ANSWERS
from tocsin.actions.take import action_context
from tocsin.api.bodies import Body
from tocsin.api.door import Key, campaigns_asked, demand, key_of, note, note_people_read
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Edition
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.staff.models import Scope

router = Router(tags=["actions"])


class AskActions(Ask):
    campaign: Annotated[int | None, Query(description="Of this campaign only.")] = None
    people: Annotated[bool, Query(description="With who acted and what they wrote: needs people:read.")] = False


class WhoActed(Schema):
    """What one person sent. Words are theirs: show them as text, never as HTML."""

    details: dict[str, str]
    subject: str
    text: str
    prompts: list[str]
    answers: dict[str, str | bool]
    consents: dict[str, bool]


class ActionOut(Schema):
    """`supporter` is empty until what follows was made. `person` only where it was asked for; empty once erased."""

    id: int
    reference: str
    campaign: int
    edition: int
    language: str
    accepted_at: datetime
    state: str
    reason: str
    way: str
    division: str
    supporter: int | None
    letters: list[int]
    own_words: bool | None
    source: dict[str, str]
    person: WhoActed | None = None


class DecisionIn(Body):
    decision: Literal["release", "block", "again"]


@router.get("", auth=Key(Scope.READ_ACTIONS), response=Page[ActionOut])
def actions(request: HttpRequest, ask: Query[AskActions]) -> Page[ActionOut]:
    """Every action, oldest first, whatever its state. Ask again with the `after` of the answer, and nothing is missed;
    what becomes of an action later is told by webhooks."""
    campaign = campaigns_asked(request, ask.campaign)
    walk = Action.objects.filter(campaign=campaign) if campaign else Action.objects.all()
    rows, more = some(walk, ask, "accepted_at")
    return page(_said(request, rows, people=ask.people, asked=campaign), rows, ask, more=more)


@router.get("/{action}", auth=Key(Scope.READ_ACTIONS), response=ActionOut)
def action(request: HttpRequest, action: int, *, people: bool = False) -> ActionOut:
    """One action."""
    return _said(request, [_found(request, action)], people=people)[0]


@router.post("/{action}/decision", auth=Key(Scope.DECIDE), response=ActionOut)
def decision(request: HttpRequest, action: int, said: DecisionIn) -> ActionOut:
    """Releases or blocks what is held, or has what is stuck tried again. 409 where it does not wait for that."""
    found, verdict = _found(request, action), verdicts.VERDICTS[said.decision]
    with transaction.atomic():
        if not verdicts.decide(verdict, found):
            raise Refused(409, f"This action is “{found.state}”, and waits for no such decision.")
        note(request, verdict.entry, kind="letters", about=f"action:{found.pk}", campaign=found.campaign_id)
    return _said(request, [_found(request, action)], people=False)[0]


def _found(request: HttpRequest, number: int) -> Action:
    key = key_of(request)
    rows = Action.objects.filter(campaign=key.campaign_id) if key.campaign_id else Action.objects.all()
    found = _with_campaign(rows).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _with_campaign(rows: QuerySet[Action]) -> QuerySet[Action]:
    return rows.select_related("campaign")


def _said(request: HttpRequest, rows: list[Action], *, people: bool, asked: int | None = None) -> list[ActionOut]:
    """In three queries, however many there are. Who is named is logged, as at the desk."""
    if people:
        demand(request, key_of(request), Scope.READ_PEOPLE)
        note_people_read(request, "actions", rows, asked)
    languages = dict(Edition.objects.filter(pk__in={row.edition_id for row in rows}).values_list("pk", "language"))
    letters: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for action, pk, own in Letter.objects.filter(action__in=rows).values_list("action_id", "pk", "own_words"):
        letters[action].append((pk, own))
    return [_row(row, languages[row.edition_id], sorted(letters[row.pk]), people=people) for row in rows]


def _row(row: Action, language: str, letters: list[tuple[int, bool]], *, people: bool) -> ActionOut:
    return ActionOut(
        id=row.pk,
        reference=f"{row.campaign_id}-{row.pk}",
        campaign=row.campaign_id,
        edition=row.edition_id,
        language=language,
        accepted_at=row.accepted_at,
        state=row.state,
        reason=row.reason,
        way=row.way,
        division=row.division,
        supporter=row.supporter_id,
        letters=[pk for pk, _own in letters],
        own_words=any(own for _pk, own in letters) if letters else None,
        source=row.source or {},
        person=_who(opened(row.sealed, action_context(row.email_digest))) if people else None,
    )


def _who(act: Mapping[str, Any]) -> WhoActed | None:
    if not act:
        return None
    return WhoActed(
        details={kind: str(act[kind]) for kind in FIELD_KINDS if act.get(kind)},
        subject=str(act.get("subject", "")),
        text=str(act.get("text", "")),
        prompts=[str(answer) for answer in act.get("prompts", ())],
        answers=dict(act.get(ANSWERS, {})),
        consents={purpose: yes for purpose, yes in act.get("consents", {}).items() if yes is not None},
    )
