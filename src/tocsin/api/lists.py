"""Lists of targets: who is in them, and rows brought in as the desk's import does, seen before they are done."""

from __future__ import annotations

from typing import Annotated, Literal

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from tocsin.actions.target_changes import follow_import
from tocsin.api.bodies import Body, Text
from tocsin.api.door import Key, for_the_whole_site, name_of, note
from tocsin.api.paging import Ask, Page, page, some
from tocsin.api.problems import Refused
from tocsin.campaigns import importing
from tocsin.campaigns.import_columns import LABELS
from tocsin.campaigns.import_plan import Plan, plan
from tocsin.campaigns.models import ListMember, TargetImport, TargetList
from tocsin.staff.models import Scope

router = Router(tags=["targets"])
# What is brought in is one transaction, and on SQLite everybody who signs waits for it.
MOST_ROWS = 1000
Cell = Annotated[Text, Field(max_length=2000)]


class ListOut(Schema):
    id: int
    name: str


class MemberOut(Schema):
    """A place in the list. `match` is the answer that leads to it, where a campaign matches answers."""

    id: int
    target: int
    match: str


class RowsIn(Body):
    """`rows` have the columns that an import knows: name, email, division, division_name, party, office_kind, match,
    external_id, … `carry_out`: without it nothing changes, and the answer says what would."""

    rows: Annotated[list[dict[str, Cell]], Field(min_length=1, max_length=MOST_ROWS)]
    language: Annotated[str, Field(max_length=10)] = "en"
    office_kind: Annotated[Text, Field(max_length=40)] = ""
    carry_out: bool = False


class RowOut(Schema):
    """What became, or would become, of one row; `row` counts from 1."""

    row: int
    name: str
    outcome: Literal["new", "changed", "same", "twice", "wrong"]
    said: str


class ImportOut(Schema):
    """`import_id` is set once it is done: at the desk it can be taken back."""

    import_id: int | None
    rows: list[RowOut]


@router.get("", auth=Key(Scope.READ_CAMPAIGNS), response=Page[ListOut])
def lists(request: HttpRequest, ask: Query[Ask]) -> Page[ListOut]:
    """The lists of targets."""
    for_the_whole_site(request)
    rows, more = some(TargetList.objects.all(), ask, "created_at")
    return page([ListOut(id=row.pk, name=row.name) for row in rows], rows, ask, more=more)


@router.get("/{number}/members", auth=Key(Scope.READ_CAMPAIGNS), response=Page[MemberOut])
def members(request: HttpRequest, number: int, ask: Query[Ask]) -> Page[MemberOut]:
    """Who is in a list now: go through all of it each time."""
    for_the_whole_site(request)
    rows, more = some(ListMember.objects.filter(target_list=_found(number)), ask, None)
    return page([MemberOut(id=row.pk, target=row.target_id, match=row.match) for row in rows], rows, ask, more=more)


@router.post("/{number}/import", auth=Key(Scope.CHANGE_TARGETS), response=ImportOut)
def bring_in(request: HttpRequest, number: int, said: RowsIn) -> ImportOut:
    """Brings rows into a list: known targets are changed, others are new, and each row says what becomes of it."""
    for_the_whole_site(request)
    found = _found(number)
    unknown = sorted({name for row in said.rows for name in row} - set(LABELS))
    if unknown:
        errors = [{"field": name, "detail": "No column is called so."} for name in unknown]
        raise Refused(422, f"Columns are called {', '.join(LABELS)}.", errors)
    if said.language not in dict(settings.LANGUAGES):
        raise Refused(422, "Letters are not written in this language here.")
    upload = importing.of_rows(
        target_list=found,
        rows=said.rows,
        by_name=name_of(request),
        defaults={"language": said.language, "office_kind": said.office_kind},
    )
    rows = _said(plan(upload))  # not inside the transaction: whoever signs waits for that
    if said.carry_out:
        _carry_out(request, upload)
    return ImportOut(import_id=upload.pk, rows=rows)


@transaction.atomic
def _carry_out(request: HttpRequest, upload: TargetImport) -> None:
    upload.save()
    done = importing.carry_out(upload.pk)
    if done is None:
        raise Refused(409, "This list is gone. Nothing was changed.")
    follow_import(done.made)
    note(request, "targets_imported", kind="campaigns", about=f"targetimport:{upload.pk}", targets=len(done.made))


def _said(known: Plan) -> list[RowOut]:
    return [
        RowOut(row=row.number - 1, name=row.name, outcome=row.outcome.value, said=row.sentence) for row in known.rows
    ]


def _found(number: int) -> TargetList:
    found = TargetList.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found
