"""What staff must know about mail: what happened, since when, what to do, and the button that does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.actions import settle as settling
from tocsin.actions.settle import number_of, target_number
from tocsin.campaigns.models import Target
from tocsin.desk.journal import note
from tocsin.desk.rights import DECIDE_ON_LETTERS, SEE_CAMPAIGNS, Person, campaigns_seen_by, may, only
from tocsin.desk.target_numbers import targets_of
from tocsin.outbox.models import Bucket, Endpoint, Notice

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Meaning:
    """`what` happened, what to `do` about it, and the words on the button that settles it."""

    what: Promise
    do: Promise
    button: Promise


MEANINGS: dict[str, Meaning] = {
    Notice.Kind.PAUSED: Meaning(
        _("Mail to this receiver is paused: its server refused too many letters in a row. They wait; none is lost."),
        _("Ask the receiver's postmaster, or look at the server's words in the letters. Then open it again."),
        _("Open it again"),
    ),
    Notice.Kind.DEAD: Meaning(
        _("The server says that this address does not exist. Letters to it wait."),
        _("Write the right address into the target: what waits is written anew to it, and leaves. Or settle this."),
        _("It is settled"),
    ),
    Notice.Kind.AWAY: Meaning(
        _("The mail server could not be reached. Everything waits and is tried again by itself."),
        _("If it lasts, ask whoever runs the server to look at its mail settings."),
        _("It is settled"),
    ),
    Notice.Kind.RESTORED: Meaning(
        _("The database was restored from a backup. Letters that may have left since are held: none goes twice."),
        _("Compare with the journal of sent mail, as the operators' guide says, then release what is left."),
        _("Release what was held"),
    ),
    Notice.Kind.OFF: Meaning(
        _("Other software failed for three days, or says that it wants nothing more. What happens is not told there."),
        _("An administrator finds it under Settings, Other software, and switches it on again once it is mended."),
        _("It is settled"),
    ),
}


# What only may be said of the target's own address: nothing waits for it.
PERHAPS_DEAD = Meaning(
    _("A server says that an address does not exist, and may mean another, to which the office passes mail on."),
    _("Letters leave as before. Ask the office whether they arrive, then settle this."),
    _("It is settled"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice with what it means; `target` and `endpoint` where it is about one."""

    notice: Notice
    meaning: Meaning
    target: Target | None
    endpoint: Endpoint | None = None

    @property
    def may_be_settled(self) -> bool:
        """An endpoint that is off is settled by switching it on, or by removing it."""
        return self.endpoint is None or self.endpoint.is_on

    @property
    def about(self) -> str:
        """Its name, or the receiver without the word before it: “gc.ca”."""
        kind, _colon, name = self.notice.about.partition(":")
        known = self.target or self.endpoint
        return known.name if known else name or kind


def open_notices(person: Person) -> list[Shown]:
    """Of targets, those that somebody's campaigns write to; what is about the server is told to everybody."""
    found = Notice.objects.filter(settled_at=None).order_by("-raised_at")
    if may(person, SEE_CAMPAIGNS):
        return shown(found[:MOST_SHOWN])
    several = shown(found[: MOST_SHOWN * 10])
    theirs = _written_to(person, {one.target.pk for one in several if one.target})
    return [one for one in several if one.target is None or one.target.pk in theirs][:MOST_SHOWN]


def _written_to(person: Person, targets: set[int]) -> set[int]:
    """Those of these targets that somebody's campaigns write to: a query for each campaign, not for each target."""
    seen = campaigns_seen_by(person) if targets else []
    return {pk for one in seen for pk in targets_of(one).filter(pk__in=targets).values_list("pk", flat=True)}


def shown(notices: Iterable[Notice]) -> list[Shown]:
    found = [notice for notice in notices if notice.kind in MEANINGS]
    targets = Target.objects.in_bulk([number for notice in found if (number := target_number(notice))])
    numbers = [number for notice in found if (number := number_of(notice, "endpoint"))]
    endpoints = Endpoint.objects.in_bulk(numbers) if numbers else {}
    shut = _shut_among(found)
    return [
        Shown(
            notice,
            _meaning(notice, shut),
            targets.get(target_number(notice) or 0),
            endpoints.get(number_of(notice, "endpoint") or 0),
        )
        for notice in found
    ]


def _meaning(notice: Notice, shut: set[str]) -> Meaning:
    return PERHAPS_DEAD if notice.kind == Notice.Kind.DEAD and notice.about not in shut else MEANINGS[notice.kind]


def _shut_among(notices: list[Notice]) -> set[str]:
    """Those of dead addresses whose letters wait."""
    about = [notice.about for notice in notices if notice.kind == Notice.Kind.DEAD]
    return set(Bucket.objects.filter(key__in=about, paused=True).values_list("key", flat=True)) if about else set()


@require_POST
@only(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
def settle(request: HttpRequest, notice_pk: int) -> HttpResponse:
    """Does what its button says, once; the same notice settled twice is settled once."""
    notice = get_object_or_404(Notice, pk=notice_pk)
    if _settle(request, notice):
        messages.success(request, _("Settled."))
    return HttpResponseRedirect(_back(request))


@transaction.atomic
def _settle(request: HttpRequest, notice: Notice) -> bool:
    settled = settling.settle(notice)
    if settled:
        note(request, "notice_settled", notice, kind=notice.kind)
    return settled


def _back(request: HttpRequest) -> str:
    """The screen that the button was on, if it is one of ours."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("wagtailadmin_home")
