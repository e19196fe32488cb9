"""Targets, as other software reads them, and keeps their addresses up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions.target_changes import follow_change
from tocsin.api.bodies import Body, Text
from tocsin.api.door import Key, for_the_whole_site, key_of, note
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Target
from tocsin.campaigns.targeting.who import follow_in_a_circle
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.staff.models import Scope

router = Router(tags=["targets"])


class AskTargets(Ask):
    external_id: Annotated[Text, Query(max_length=120, description="Known to you by this, as an import was.")] = ""


class AddressedOut(Schema):
    """How the target is named and greeted in one language."""

    language: str
    address: list[str]
    greeting: str
    closing: str


class TargetOut(Schema):
    id: int
    external_id: str
    name: str
    email: str
    other_emails: list[str]
    language: str
    office_kind: str
    division: str
    division_name: str
    party: str
    postal_address: str
    phone: str
    status: str
    successor: int | None
    mode: str
    per_hour_by_day: int
    per_hour_by_night: int
    time_zone: str
    paused: bool
    created_at: datetime
    addressed: list[AddressedOut]


class TargetIn(Body):
    """What changes; what is left out stays. Another address has letters that wait written anew to it, by itself."""

    email: str | None = None
    other_emails: list[str] | None = None
    phone: Text | None = None
    postal_address: Text | None = None
    party: Text | None = None
    status: Literal["active", "away", "dead"] | None = None
    successor: int | None = None
    paused: bool | None = None


@router.get("", auth=Key(Scope.READ_CAMPAIGNS), response=Page[TargetOut])
def targets(request: HttpRequest, ask: Query[AskTargets]) -> Page[TargetOut]:
    """The targets; those of one campaign where the key is for one."""
    found = _seen(request)
    if ask.external_id:
        found = found.filter(external_id=ask.external_id)
    rows, more = some(found, ask, "created_at")
    return page([_said(row) for row in rows], rows, ask, more=more)


@router.get("/{target}", auth=Key(Scope.READ_CAMPAIGNS), response=TargetOut)
def target(request: HttpRequest, target: int) -> TargetOut:
    """One target."""
    return _said(_found(request, target))


@router.patch("/{target}", auth=Key(Scope.CHANGE_TARGETS), response=TargetOut)
def change(request: HttpRequest, target: int, said: TargetIn) -> TargetOut:
    """Brings a target up to date: another address, out of office, who follows, paused or not."""
    for_the_whole_site(request)
    with transaction.atomic():
        was = _found(request, target)
        row = Target.objects.select_for_update().get(pk=was.pk)
        fields = _put(row, said.model_dump(exclude_unset=True))
        row.save(update_fields=fields)
        follow_change(was, row)
        note(request, "api_target_changed", kind="campaigns", about=f"target:{row.pk}", fields=fields)
    return _said(_found(request, target))


def _seen(request: HttpRequest) -> QuerySet[Target]:
    campaign = key_of(request).campaign_id
    return (targets_of(campaign) if campaign else Target.objects.all()).prefetch_related("in_words")


def targets_of(campaign: int) -> QuerySet[Target]:
    """Those whom it names, and those whom its list holds."""
    return Target.objects.filter(Q(campaigns=campaign) | Q(lists__campaigns=campaign)).distinct()


def _found(request: HttpRequest, number: int) -> Target:
    found = _seen(request).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _put(row: Target, said: dict[str, Any]) -> list[str]:
    """Writes onto the row what may be written; the names of the fields. 422 says of each what is wrong with it."""
    for name, value in said.items():
        if name == "successor":
            row.successor = _successor(row, value)
        elif name == "other_emails":
            row.other_emails = "\n".join(dict.fromkeys(_address("other_emails", line) for line in value or ()))
        elif name == "email":
            row.email = _address("email", value) if value else ""
        elif value is not None:
            setattr(row, name, value)
    _judge(row, said)
    return sorted(said)


def _judge(row: Target, said: dict[str, Any]) -> None:
    try:
        row.clean_fields(exclude={field.name for field in Target._meta.fields} - set(said))
    except ValidationError as wrong:
        errors = [{"field": name, "detail": " ".join(why)} for name, why in wrong.message_dict.items()]
        raise Refused(422, "Some of this cannot be. See “errors”.", errors) from None
    if not row.email and row.mode != Target.Mode.HAND_IN:
        raise _wrong("email", "Write the address that letters go to.")


def _successor(row: Target, number: int | None) -> Target | None:
    if number is None:
        return None
    found = Target.objects.filter(pk=number).first()
    if found is None:
        raise _wrong("successor", "There is no such target.")
    if follow_in_a_circle(row, found):
        raise _wrong("successor", "They would follow each other in a circle.")
    return found


def _address(field: str, line: str) -> str:
    try:
        return read_address(line.strip()).spelled
    except NotAnAddress:
        raise _wrong(field, "This is no e-mail address.") from None


def _wrong(field: str, detail: str) -> Refused:
    return Refused(422, "Some of this cannot be. See “errors”.", [{"field": field, "detail": detail}])


def _said(row: Target) -> TargetOut:
    words = [row.words(code) for code, _name in settings.LANGUAGES]
    plain = (
        *("external_id", "name", "email", "language", "office_kind", "division", "division_name", "party"),
        *("postal_address", "phone", "status", "mode", "per_hour_by_day", "per_hour_by_night", "time_zone"),
        *("paused", "created_at"),
    )
    return TargetOut(
        id=row.pk,
        successor=row.successor_id,
        other_emails=row.other_emails.split(),
        addressed=[
            AddressedOut(language=one.language, address=one.address, greeting=one.greeting, closing=one.closing)
            for one in words
        ],
        **{name: getattr(row, name) for name in plain},
    )
