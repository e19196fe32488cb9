"""What the screens show of endpoints and their calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tocsin.campaigns.models import Campaign
from tocsin.lib.sealing import CannotOpen
from tocsin.outbox.calls.endpoints import words_of
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.models import Call, Endpoint

MOST_CALLS = 50
# The classes of errors that a request ends with, as people say it.
ERRORS: dict[str, Promise] = {
    "ConnectTimeout": gettext_lazy("It could not be reached within 5 seconds."),
    "ReadTimeout": gettext_lazy("It did not answer within 5 seconds."),
    "TakesTooLong": gettext_lazy("It did not come to an end with its answer."),
    "ConnectionError": gettext_lazy("It could not be reached, or hung up."),
    "SSLError": gettext_lazy("Its certificate is not valid for this name."),
    "NotAllowed inside": gettext_lazy("Its name leads to a private network now: nothing was sent."),
    "NotAllowed unknown_name": gettext_lazy("Nobody knows a server of this name."),
    "NotAllowed not_https": gettext_lazy("It is not reached by https: nothing was sent."),
    "CannotOpen": gettext_lazy("Its secret was sealed with a key that is not here. Give it another."),
}
STANDINGS: dict[str, Promise] = {
    "waiting": pgettext_lazy("a call", "Waiting"),
    "again": pgettext_lazy("a call", "Tried again"),
    "done": pgettext_lazy("a call", "Done"),
    "given_up": pgettext_lazy("a call", "Given up"),
}


@dataclass(frozen=True, slots=True)
class EndpointRow:
    endpoint: Endpoint
    campaign: str
    kinds: list[str]
    waiting: int

    @property
    def words(self) -> str:
        """What it said last, where it fails."""
        return said(self.endpoint.last_words)


@dataclass(frozen=True, slots=True)
class CallRow:
    call: Call
    standing: str
    words: str

    @property
    def may_be_sent_again(self) -> bool:
        return self.call.due_at is None and self.call.is_wanted


def endpoint_rows(endpoints: Iterable[Endpoint]) -> list[EndpointRow]:
    """In three questions, however many there are."""
    rows = list(endpoints)
    waiting = dict(_waiting([row.pk for row in rows]).values_list("endpoint").annotate(many=Count("pk")))
    names = dict(Campaign.objects.filter(pk__in={row.campaign_ref for row in rows}).values_list("pk", "name"))
    return [EndpointRow(row, _campaign(row, names), _kinds(row), waiting.get(row.pk, 0)) for row in rows]


def _waiting(endpoints: Iterable[int]) -> QuerySet[Call]:
    return Call.objects.filter(endpoint__in=endpoints, due_at__isnull=False)


def newest_calls(endpoint: Endpoint, standing: str = "") -> list[CallRow]:
    """The newest; with a standing, those alone that wait, or were given up."""
    calls = endpoint.calls.order_by("-pk")
    if standing == "open":
        calls = calls.filter(due_at__isnull=False)
    elif standing == "given_up":
        calls = calls.filter(given_up_at__isnull=False)
    return [call_row(call) for call in calls[:MOST_CALLS]]


def newest_test(endpoint: Endpoint) -> CallRow | None:
    call = endpoint.calls.filter(kind=EventKind.TEST).order_by("-pk").first()
    return call_row(call) if call else None


def call_row(call: Call) -> CallRow:
    return CallRow(call, str(STANDINGS[call.standing]), said(_opened(call)))


def said(words: str) -> str:
    """A sentence for what our own program notes; a receiver's own words as they are."""
    return str(ERRORS.get(words, words))


def _opened(call: Call) -> str:
    try:
        return words_of(call)
    except CannotOpen:
        return ""


def _campaign(endpoint: Endpoint, names: dict[int, str]) -> str:
    if endpoint.campaign_ref is None:
        return _("All campaigns")
    return names.get(endpoint.campaign_ref) or _("Campaign %(number)s") % {"number": endpoint.campaign_ref}


def _kinds(endpoint: Endpoint) -> list[str]:
    return [str(kind.label) for kind in EventKind if kind in endpoint.kinds]
