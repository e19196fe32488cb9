"""Letters and their fates, as other software reads them; and how many of them are steered at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions import steering
from tocsin.actions.exporting.letters import message_id_of
from tocsin.actions.models import Letter
from tocsin.api.bodies import Body
from tocsin.api.door import Key, campaign_of, campaigns_asked, key_of, note
from tocsin.api.paging import Ask, Page, settled
from tocsin.api.targets import targets_of
from tocsin.outbox.controls import Alone, hold, release
from tocsin.outbox.models import Delivery, Event
from tocsin.staff.models import Scope

router = Router(tags=["letters"])
steer = Router(tags=["letters"])
STEPS = {
    "pause": steering.pause,
    "resume": steering.resume,
    "hold": steering.hold,
    "release": steering.release,
}
LOOKED_AT = 20_000
ONE = {"hold": hold, "release": release}
ENTRY = {"hold": "letter_held", "release": "letter_released"}


class AskLetters(Ask):
    campaign: Annotated[int | None, Query(description="Of this campaign only.")] = None


class LetterOut(Schema):
    """`state` is its fate: waiting, sending, sent, deferred, held, uncertain, refused, bounced, cancelled, replied.
    `carried` says what carries it: “itself”, a “digest”, or a “hand-in”. `said` are the last words about it."""

    id: int
    action: int
    campaign: int
    target: int
    reference: str
    message_id: str
    sha256: str
    own_words: bool
    carried: Literal["itself", "digest", "hand-in"]
    written_at: datetime
    state: str
    state_since: datetime
    attempts: int
    said: str


class AttemptOut(Schema):
    """One attempt: how far it got, with which server, and what that said."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    server: str
    tls: str
    said: str


class CameBackOut(Schema):
    """What came back after a server had taken it."""

    kind: str
    source: str
    said: str
    at: datetime


class WholeLetterOut(LetterOut):
    deliveries: list[AttemptOut]
    events: list[CameBackOut]


class SteerIn(Body):
    do: Literal["pause", "resume", "hold", "release"]
    target: int | None = None


class StepIn(Body):
    do: Literal["hold", "release"]


class SteeredOut(Schema):
    """How many letters it was about; where there are very many, a job goes on with the rest."""

    letters: int


@router.get("", auth=Key(Scope.READ_ACTIONS), response=Page[LetterOut])
def letters(request: HttpRequest, ask: Query[AskLetters]) -> Page[LetterOut]:
    """Every letter, in the order in which they were written, with its fate as it is now."""
    campaign = campaigns_asked(request, ask.campaign)
    numbers, after, more = _numbers(campaign, ask)
    rows = _of(None).in_bulk(numbers)
    return Page[LetterOut](items=[LetterOut(**_said(rows[pk])) for pk in numbers], after=after, more=more)


@router.get("/{letter}", auth=Key(Scope.READ_ACTIONS), response=WholeLetterOut)
def letter(request: HttpRequest, letter: int) -> WholeLetterOut:
    """One letter, with every attempt at it and all that came back."""
    found = _found(request, letter)
    return WholeLetterOut(**_said(found), deliveries=_attempts(found), events=_events(found))


@router.post("/{letter}/step", auth=Key(Scope.STEER_LETTERS), response=SteeredOut)
def step(request: HttpRequest, letter: int, said: StepIn) -> SteeredOut:
    """Holds one letter that waits, or releases one that is held; where a digest carries it, the digest. 0 where that
    was not possible any more."""
    found = _found(request, letter)
    with transaction.atomic():
        done = ONE[said.do](Alone(found.message.carrier_id or found.message_id))
        if done:
            about = f"letter:{found.pk}"
            note(request, ENTRY[said.do], kind="letters", about=about, campaign=found.message.campaign_ref)
    return SteeredOut(letters=done)


@steer.post("/{campaign}/letters", auth=Key(Scope.STEER_LETTERS), response=SteeredOut)
def steered(request: HttpRequest, campaign: int, said: SteerIn) -> SteeredOut:
    """Pauses or resumes a campaign's letters, or holds or releases those that are there; all, or to one target. Within
    seconds nothing leaves any more. No key can stop letters for good: that takes a person."""
    found = campaign_of(request, campaign)
    if said.target is not None and not targets_of(found.pk).filter(pk=said.target).exists():
        raise Http404
    about = f"target:{said.target}" if said.target else f"campaign:{found.pk}"
    # Written down first, as at the desk: where there are very many, the step itself is no one transaction.
    note(request, f"letters_{said.do}", kind="letters", about=about, campaign=found.pk)
    return SteeredOut(letters=STEPS[said.do](campaign=found.pk, target=said.target))


def _numbers(campaign: int | None, ask: Ask) -> tuple[list[int], int, bool]:
    """The next letters, of one campaign or of all; from where to go on, and whether there is more at once. No index
    leads from a campaign to its letters in their order, so some thousand of all are looked at, and no more."""
    walk = Letter.objects.filter(noted_at__lt=settled(), pk__gt=ask.after).order_by("pk")
    looked = list(walk.values_list("pk", "action__campaign_id")[: LOOKED_AT if campaign else ask.limit + 1])
    mine = [pk for pk, theirs in looked if campaign in {None, theirs}]
    if len(mine) > ask.limit:
        return mine[: ask.limit], mine[ask.limit - 1], True
    return mine, looked[-1][0] if looked else ask.after, len(looked) == LOOKED_AT


def _found(request: HttpRequest, number: int) -> Letter:
    found = _of(key_of(request).campaign_id).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _of(campaign: int | None) -> QuerySet[Letter]:
    rows = Letter.objects.select_related("message").defer("message__sealed")
    return rows.filter(message__campaign_ref=campaign) if campaign else rows


def _said(row: Letter) -> dict[str, Any]:
    message = row.message
    return {
        "id": row.pk,
        "action": row.action_id,
        "campaign": message.campaign_ref,
        "target": row.target_id,
        "reference": f"{message.campaign_ref}-{row.action_id}",
        "message_id": message_id_of(message.ref),
        "sha256": message.sha256,
        "own_words": row.own_words,
        "carried": "hand-in" if row.hand_in_id else "digest" if message.carrier_id else "itself",
        "written_at": message.created_at,
        "state": message.state,
        "state_since": message.state_since,
        "attempts": message.attempts,
        "said": message.last_words,
    }


def _attempts(letter: Letter) -> list[AttemptOut]:
    return [
        AttemptOut(
            number=row.number,
            started_at=row.started_at,
            finished_at=row.finished_at,
            outcome=row.outcome,
            server=row.server,
            tls=row.tls,
            said=row.words,
        )
        for row in Delivery.objects.filter(message=letter.message_id).order_by("number")
    ]


def _events(letter: Letter) -> list[CameBackOut]:
    return [
        CameBackOut(kind=row.kind, source=row.source, said=row.words, at=row.at)
        for row in Event.objects.filter(message=letter.message_id).order_by("pk")
    ]
