"""What was sent and handed over besides letters: updates to those who acted, and kits carried to an office."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions.models import HandIn
from tocsin.actions.updates.models import Update
from tocsin.api.door import Key, campaign_of
from tocsin.api.paging import Ask, Page, page, some
from tocsin.staff.models import Scope

router = Router(tags=["campaigns"])


class UpdateOut(Schema):
    """A mail to many: its words by language, to whom, and how far it got."""

    id: int
    words: dict[str, dict[str, str]]
    audience: str
    purpose: str
    state: str
    people: int
    copies_made: int
    begun_at: datetime | None
    finished_at: datetime | None


class HandInOut(Schema):
    """Letters carried on paper; `manifest_sha256` is of the list of what the kit holds."""

    id: int
    target: int | None
    state: str
    people: int
    manifest_sha256: str
    made_at: datetime
    handed_over_at: datetime | None


@router.get("/{campaign}/updates", auth=Key(Scope.READ_CAMPAIGNS), response=Page[UpdateOut])
def updates(request: HttpRequest, campaign: int, ask: Query[Ask]) -> Page[UpdateOut]:
    """The updates of a campaign, drafts too. A person writes and sends them."""
    rows, more = some(Update.objects.filter(campaign=campaign_of(request, campaign)), ask, "written_at")
    return page([UpdateOut.from_orm(row) for row in rows], rows, ask, more=more)


@router.get("/{campaign}/hand-ins", auth=Key(Scope.READ_CAMPAIGNS), response=Page[HandInOut])
def hand_ins(request: HttpRequest, campaign: int, ask: Query[Ask]) -> Page[HandInOut]:
    """The hand-ins of a campaign. Who received one stands at the desk."""
    rows, more = some(HandIn.objects.filter(campaign=campaign_of(request, campaign)), ask, "made_at")
    said = [
        HandInOut(
            id=row.pk,
            target=row.target_id,
            state=row.state,
            people=row.people,
            manifest_sha256=row.manifest_sha256,
            made_at=row.made_at,
            handed_over_at=row.handed_over_at,
        )
        for row in rows
    ]
    return page(said, rows, ask, more=more)
