"""What staff must know of mail, as a monitor asks it: notices that nobody has dealt with, and the way to settle one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from tocsin.actions.settle import settle
from tocsin.api.door import Key, for_the_whole_site, note
from tocsin.api.paging import Ask, Page, page, some
from tocsin.outbox.models import Notice
from tocsin.staff.models import Scope

router = Router(tags=["letters"])


class NoticeOut(Schema):
    """`about` is “target:12”, “endpoint:3”, or “domain:” and a receiving domain; `said` what a server said."""

    id: int
    kind: str
    about: str
    said: str
    raised_at: datetime


class SettledOut(Schema):
    """False where somebody was faster, or where it is about an endpoint that is still off: only switching it on or
    removing it at the desk settles that."""

    settled: bool


@router.get("", auth=Key(Scope.READ_ACTIONS), response=Page[NoticeOut])
def notices(request: HttpRequest, ask: Query[Ask]) -> Page[NoticeOut]:
    """The open ones: a domain is paused, an address is dead, the mail server is away, a backup was restored. Go through
    all of them each time."""
    for_the_whole_site(request)
    rows, more = some(Notice.objects.filter(settled_at=None), ask, None)
    said = [
        NoticeOut(id=row.pk, kind=row.kind, about=row.about, said=row.words, raised_at=row.raised_at) for row in rows
    ]
    return page(said, rows, ask, more=more)


@router.post("/{notice}/settle", auth=Key(Scope.STEER_LETTERS), response=SettledOut)
def settled(request: HttpRequest, notice: int) -> SettledOut:
    """Does what the button at the desk does: opens a paused domain again, lets letters go to a mended address."""
    for_the_whole_site(request)
    found = Notice.objects.filter(pk=notice).first()
    if found is None:
        raise Http404
    with transaction.atomic():
        done = settle(found)
        if done:
            note(request, "notice_settled", kind="letters", about=f"notice:{found.pk}")
    return SettledOut(settled=done)
