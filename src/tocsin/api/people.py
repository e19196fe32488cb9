"""Supporters and consents, as a CRM reads them; and the word that somebody wants no more mail. All is logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions.exporting.batches import opened
from tocsin.actions.exporting.consents import answer_said
from tocsin.actions.exporting.supporters import open_supporter, reasons_to_send_nothing
from tocsin.actions.lists.of_people import acts_of
from tocsin.actions.models import Action
from tocsin.actions.take import action_context
from tocsin.actions.unsubscribe import leave_everything
from tocsin.actions.written_to import may_be_written_to
from tocsin.api.bodies import Body, Text
from tocsin.api.door import Key, campaigns_asked, for_the_whole_site, key_of, note, note_people_read
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.vault import vault
from tocsin.staff.models import Scope
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Consent, Supporter

consents = Router(tags=["people"])
supporters = Router(tags=["people"])


class AskConsents(Ask):
    campaign: Annotated[int | None, Query(description="Given in this campaign only.")] = None


class ConsentOut(Schema):
    """One answer, also a no, or that somebody left (“left”) or came back (“back”) by their own link. Never changed:
    what a person's answers come to now is `may_be_mailed_about` of the supporter."""

    id: int
    supporter: int
    purpose: str
    answer: str
    control: str
    basis: str
    method: str
    language: str
    given_at: datetime
    noted_at: datetime
    expires_at: datetime | None
    campaign: int | None
    action: int | None
    edition: int | None
    page: str
    source: str
    wording: str
    wording_sha256: str


class SupporterOut(Schema):
    """`nothing_is_sent_because`: bounced, complained, left, erased, staff; empty where mail may be sent. A key of one
    campaign is told what the person said there, and no dates that others may have set."""

    id: int
    language: str
    first_seen_at: datetime | None
    changed_at: datetime | None
    details: dict[str, str]
    actions: list[int]
    may_be_mailed_about: list[str]
    nothing_is_sent_because: str


class AskSupporters(Ask):
    campaign: Annotated[int | None, Query(description="Who acted in this campaign, and did not leave it.")] = None
    purpose: Annotated[Text, Query(max_length=40, description="Whose consent to this purpose counts now.")]


class AddressIn(Body):
    email: str


class LeftOut(Schema):
    """The same whether or not there is such a person: nobody learns who signed."""

    noted: bool = True


@consents.get("", auth=Key(Scope.READ_PEOPLE), response=Page[ConsentOut])
def all_consents(request: HttpRequest, ask: Query[AskConsents]) -> Page[ConsentOut]:
    """Every answer in the order in which it was written down, with the exact words it was asked in."""
    campaign = campaigns_asked(request, ask.campaign)
    walk = Consent.objects.filter(campaign_ref=campaign) if campaign else Consent.objects.all()
    rows, more = some(walk.select_related("wording"), ask, "noted_at")
    note_people_read(request, "consents", rows, campaign)
    return page([_consent(row) for row in rows], rows, ask, more=more)


@supporters.get("", auth=Key(Scope.READ_PEOPLE), response=Page[SupporterOut])
def mailing_list(request: HttpRequest, ask: Query[AskSupporters]) -> Page[SupporterOut]:
    """Whom you may write to now about a purpose: consent that counts, and no reason to send nothing. A mailing list,
    and no feed: go through all of it each time, since people leave it."""
    campaign = campaigns_asked(request, ask.campaign)
    if not ask.purpose:
        raise Refused(422, "Say for which purpose, like “news”: there is no list of everybody.")
    rows, more = some(_mailable(ask.purpose, campaign), ask, None)
    note_people_read(request, "supporters", rows, campaign, purpose=ask.purpose)
    return page(_people(rows, campaign), rows, ask, more=more)


@supporters.post("/find", auth=Key(Scope.READ_PEOPLE), response=SupporterOut)
def find(request: HttpRequest, said: AddressIn) -> SupporterOut:
    """One person by their address, which stands in the body: addresses of the web are written down everywhere."""
    return _only(request, Supporter.objects.filter(email_digest=_digest(said.email)))


@supporters.post("/leave", auth=Key(Scope.END_MAIL), response=LeftOut)
def leave(request: HttpRequest, said: AddressIn) -> LeftOut:
    """Somebody told you that they want no more mail: nothing but thank-yous for what they do themselves is sent to them
    from now on. Only their own link, which stands in each thank-you, brings them back."""
    for_the_whole_site(request)
    with transaction.atomic():
        leave_everything(_digest(said.email), Consent.Method.API)
        note(request, "api_left", kind="people")
    return LeftOut()


@supporters.get("/{supporter}", auth=Key(Scope.READ_PEOPLE), response=SupporterOut)
def supporter(request: HttpRequest, supporter: int) -> SupporterOut:
    """One person."""
    return _only(request, Supporter.objects.filter(pk=supporter))


def _mailable(purpose: str, campaign: int | None) -> QuerySet[Supporter]:
    rows = may_be_written_to(purpose, campaign)
    return rows.filter(Exists(_acted(campaign).filter(supporter=OuterRef("pk")))) if campaign else rows


def _acted(campaign: int) -> QuerySet[Action]:
    return Action.objects.filter(campaign=campaign)


def _digest(email: str) -> bytes:
    try:
        return vault().digest(read_address(email.strip()).canonical)
    except NotAnAddress:
        field = {"field": "email", "detail": "Write a whole e-mail address, like name@example.org."}
        raise Refused(422, "This is no e-mail address.", [field]) from None


def _only(request: HttpRequest, rows: QuerySet[Supporter]) -> SupporterOut:
    campaign = key_of(request).campaign_id
    if campaign:
        rows = rows.filter(Exists(_acted(campaign).filter(supporter=OuterRef("pk"))))
    found = list(rows[:1])
    about = f"supporter:{found[0].pk}" if found else "supporter"
    note(request, "api_people_read", kind="people", about=about, rows=len(found))
    if not found:
        raise Http404
    return _people(found, campaign)[0]


def _people(rows: list[Supporter], campaign: int | None) -> list[SupporterOut]:
    """In six queries at most, however many there are. A key of one campaign learns nothing of others."""
    numbers = [row.pk for row in rows]
    acted: dict[int, list[int]] = {pk: [] for pk in numbers}
    for act in acts_of(numbers):
        if campaign in {None, act.campaign}:
            acted[act.supporter].append(act.action)
    own = _said_there(acted) if campaign else None
    asked = _asked_there(numbers, campaign) if campaign else None
    purposes = purposes_of(numbers)
    stopped = reasons_to_send_nothing([bytes(row.email_digest) for row in rows], campaign)
    return [
        SupporterOut(
            id=row.pk,
            language=row.language,
            first_seen_at=None if campaign else row.first_seen_at,
            changed_at=None if campaign else row.changed_at,
            details=_details(open_supporter(row.email_digest, row.sealed) if own is None else own.get(row.pk, {})),
            actions=acted[row.pk],
            may_be_mailed_about=[one for one in purposes[row.pk] if asked is None or one in asked[row.pk]],
            nothing_is_sent_because=stopped.get(bytes(row.email_digest), ""),
        )
        for row in rows
    ]


def _details(said: Mapping[str, Any]) -> dict[str, str]:
    return {kind: str(said[kind]) for kind in FIELD_KINDS if said.get(kind)}


def _said_there(acted: Mapping[int, list[int]]) -> dict[int, dict[str, Any]]:
    """What each said in these actions of a campaign, which has one of each person."""
    rows = Action.objects.filter(pk__in=[pk for actions in acted.values() for pk in actions])
    sealed = rows.values_list("supporter_id", "email_digest", "sealed")
    return {pk or 0: opened(act, action_context(digest)) for pk, digest, act in sealed}


def _asked_there(people: list[int], campaign: int) -> dict[int, set[str]]:
    """The purposes that each answered about in this campaign; asked as `acts_of` asks."""
    found: dict[int, set[str]] = {pk: set() for pk in people}
    rows = Consent.objects.filter(supporter__in=people).values_list("supporter_id", "purpose", "campaign_ref")
    for pk, purpose, there in rows:
        if there == campaign:
            found[pk].add(purpose)
    return found


def _consent(row: Consent) -> ConsentOut:
    return ConsentOut(
        id=row.pk,
        supporter=row.supporter_id,
        purpose=row.purpose,
        answer=answer_said(row.control, yes=row.yes),
        control=row.control,
        basis=row.basis,
        method=row.method,
        language=row.language,
        given_at=row.given_at,
        noted_at=row.noted_at,
        expires_at=row.expires_at,
        campaign=row.campaign_ref,
        action=row.action_ref,
        edition=row.edition_ref,
        page=row.page_url,
        source=row.source,
        wording=row.wording.text if row.wording else "",
        wording_sha256=row.wording.sha256 if row.wording else "",
    )
