"""What staff do with endpoints: make, change, give another secret, switch off and on, try, and send a call again."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from tocsin.lib.vault import vault
from tocsin.outbox.calls.health import OF_FAILURES, switched_on
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.models import Call, Endpoint
from tocsin.outbox.calls.secret import renew, seal_first
from tocsin.outbox.calls.tell import Happened, tell
from tocsin.outbox.models import Notice
from tocsin.outbox.notices import settle_notice

MOST_ENDPOINTS = 20
OF_THE_ROW = ("name", "url", "kinds", "campaign_ref", "with_people")


def add(endpoint: Endpoint) -> str:
    """Stores a new endpoint; its secret, which nobody sees again."""
    secret = seal_first(endpoint)
    endpoint.save()
    return secret


def change(endpoint: Endpoint) -> None:
    """Stores what staff may change, and nothing that the worker writes meanwhile. What waits and is no longer wanted is
    removed when it is due (claims.py)."""
    endpoint.save(update_fields=OF_THE_ROW)


def give_another_secret(pk: int) -> str:
    """The new one, which nobody sees again. The one before stays valid beside it for a day."""
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=pk)
        secret = renew(endpoint)
        endpoint.save(update_fields=["sealed", "old_until"])
    return secret


def switch_off(pk: int) -> bool:
    """It is told nothing from now on; what waits for it is kept for a month. Whether it was on."""
    on = Endpoint.objects.filter(pk=pk, off_at=None)
    return bool(on.update(off_at=Now(), why_off=Endpoint.Off.STAFF))


def switch_on(pk: int) -> bool:
    """What waited for it goes out, and what happens from now on. Whether it was off."""
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update(no_key=True).exclude(off_at=None).filter(pk=pk).first()
        if endpoint is None:
            return False
        switched_on(endpoint)
        endpoint.save(update_fields=["off_at", "why_off", *OF_FAILURES])
    return True


def remove(pk: int) -> bool:
    """It is told nothing from now on, and nobody sees it again. Its calls and its row go later (removing.py). Whether
    it was there."""
    with transaction.atomic():
        settle_notice(Notice.Kind.OFF, f"endpoint:{pk}")
        return bool(Endpoint.objects.filter(pk=pk).update(removed_at=Now()))


def send_test(endpoint: Endpoint) -> Call:
    """A call that says only that it is a test. It does not wait because the endpoint failed before."""
    event = Happened(EventKind.TEST, endpoint.pk, endpoint.campaign_ref, secrets.token_hex(8))
    with transaction.atomic():
        tell([event], [endpoint])
        Endpoint.objects.filter(pk=endpoint.pk).update(quiet_until=None)
    return Call.objects.get(endpoint=endpoint, key=event.key)


def send_again(call_pk: int) -> bool:
    """Has a call that is done or given up made once more, with the same webhook-id; whether it was. Not where its
    endpoint is no longer told of such things."""
    call = Call.objects.select_related("endpoint").filter(pk=call_pk).first()
    if call is None or not call.is_wanted:
        return False
    at_rest = Call.objects.filter(pk=call_pk, due_at=None)
    anew = {"done_at": None, "given_up_at": None, "attempts_before": F("attempts")}
    return bool(at_rest.update(due_at=Now(), **anew))


def words_of(call: Call) -> str:
    """What its receiver said last. Raises CannotOpen."""
    return str(vault().open(call.sealed_words, call.context)) if call.sealed_words else ""
