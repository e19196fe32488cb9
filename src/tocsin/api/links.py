"""Links to an action page with people's details filled in, for a mailing: sealed in the link, ending by itself."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from tocsin.api.bodies import Body
from tocsin.api.door import Key, campaign_of
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign
from tocsin.campaigns.words import FieldKind
from tocsin.staff.models import Scope
from tocsin.web.personal_links import CannotSeal, sealed_link

router = Router(tags=["campaigns"])
MOST = 500
Short = Annotated[str, Field(max_length=400)]


class LinksIn(Body):
    """`people` are the details of each, by kind of field. Without `ends_at` a link works for two weeks."""

    language: Annotated[str, Field(max_length=10)]
    people: Annotated[list[dict[FieldKind, Short]], Field(min_length=1, max_length=MOST)]
    source: Annotated[dict[Short, Short], Field(default_factory=dict)]
    ends_at: AwareDatetime | None = None


class LinksOut(Schema):
    """In the order of `people`. Whoever has a link can read what it holds: send each to its own person only."""

    links: list[str]


@router.post("/{campaign}/links", auth=Key(Scope.MAKE_LINKS), response=LinksOut)
def links(request: HttpRequest, campaign: int, said: LinksIn) -> LinksOut:
    """Makes a link for each person. Nothing of it is kept here."""
    found = campaign_of(request, campaign)
    if said.language not in dict(settings.LANGUAGES):
        field = {"field": "language", "detail": "There are no pages in this language."}
        raise Refused(422, "In which language?", [field])
    return LinksOut(links=_made(found, said))


def _made(campaign: Campaign, said: LinksIn) -> list[str]:
    people = [{str(kind): value for kind, value in one.items()} for one in said.people]
    try:
        return [sealed_link(campaign, said.language, details, said.source, said.ends_at) for details in people]
    except CannotSeal as why:
        raise Refused(422, str(why)) from None
