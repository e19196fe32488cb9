"""The audit log, for a witness elsewhere: whoever keeps its lines can prove that none was changed or taken out here."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tocsin.api.door import Key, for_the_whole_site
from tocsin.api.paging import Ask, Page, page, some
from tocsin.staff.models import AuditLine, Scope

router = Router(tags=["audit"])


class LineOut(Schema):
    """`sha256` is over the line's other fields and `before`, the hash of the line before it: docs/developers/api.md."""

    id: int
    at: str
    who_id: int | None
    who_name: str
    kind: str
    what: str
    about: str
    campaign_ref: int | None
    details: dict[str, Any]
    address: str
    before: str
    sha256: str


@router.get("", auth=Key(Scope.READ_AUDIT), response=Page[LineOut])
def lines(request: HttpRequest, ask: Query[Ask]) -> Page[LineOut]:
    """What staff and programs did. Reading it leaves no line in it: then it would never end."""
    for_the_whole_site(request)
    rows, more = some(AuditLine.objects.all(), ask, "at")
    return page([_said(row) for row in rows], rows, ask, more=more)


def _said(row: AuditLine) -> LineOut:
    """Times are spelled as the hash was made over them."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    names = [name for name in LineOut.model_fields if name != "at"]
    return LineOut(at=at, **{name: getattr(row, name) for name in names})
