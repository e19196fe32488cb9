"""Letters as rows: to whom, how carried, what the servers said; and with people, who wrote. Times in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tocsin.actions.exporting.batches import batches, opened
from tocsin.actions.exporting.model import Export
from tocsin.actions.letters import full_name
from tocsin.actions.letters_wanted import Wanted, letters_like
from tocsin.actions.models import Letter
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Target
from tocsin.outbox.models import Delivery

# New columns are added at the end of their kind; none is renamed or removed.
LETTER_COLUMNS = (
    "letter",
    "reference",
    "message_id",
    "sha256",
    "target",
    "language",
    "own_words",
    "carried",
    "signed_at",
    "left_at",
    "state",
    "state_since",
    "attempts",
    "last_attempt_at",
    "server",
    "tls",
    "last_words",
)
LETTER_PERSONAL = ("name", "email", "city", "province", "postal_code", "country")
READ = (
    *("message_id", "pk", "action__campaign_id", "action_id", "message__ref", "message__sha256", "target_id"),
    *("action__edition__language", "own_words", "hand_in_id", "message__carrier_id", "action__accepted_at"),
    *("message__created_at", "message__state", "message__state_since", "message__attempts", "message__last_words"),
)
SEALED = ("action__email_digest", "action__sealed")
NO_ATTEMPT = (None, "", "")


def letters_of(export: Export) -> QuerySet[Letter]:
    return letters_like(export.campaign_id, Wanted.asked_by(export.filters))


def letter_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    names = dict(Target.objects.values_list("pk", "name"))
    for some in batches(letters_of(export).values_list(*READ, *(SEALED if export.people else ())), key="message_id"):
        attempts = _last_attempts([row[0] for row in some])
        yield [_row(row, names, attempts.get(row[0], NO_ATTEMPT), people=export.people) for row in some]


def message_id_of(ref: str) -> str:
    """As it stands in the mail's header."""
    return f"<{ref}@{settings.TOCSIN_MAIL_FROM.rpartition('@')[2]}>"


def _last_attempts(messages: list[int]) -> dict[int, tuple[Any, ...]]:
    """Of each message the last one: when, with which server, by which version of TLS."""
    rows = Delivery.objects.filter(message__in=messages).order_by("number")
    return {pk: tuple(said) for pk, *said in rows.values_list("message_id", "started_at", "server", "tls")}


def _row(row: tuple[Any, ...], names: dict[int, str], attempt: tuple[Any, ...], *, people: bool) -> tuple[Any, ...]:
    _key, pk, campaign, action, ref, sha256, target, language, own, hand_in, carrier, signed, *sent = row[:17]
    left, state, since, attempts, words = sent
    carried = "hand-in" if hand_in else "digest" if carrier else "itself"
    said = (
        *(pk, f"{campaign}-{action}", message_id_of(ref), sha256, names.get(target, ""), language, own, carried),
        *(signed, left, state, since, attempts, *attempt, words),
    )
    return said + _person(*row[17:]) if people else said


def _person(digest: bytes | memoryview, sealed: bytes | memoryview) -> tuple[str, ...]:
    act = opened(sealed, action_context(digest))
    if not act:
        return ("",) * len(LETTER_PERSONAL)
    return (full_name(act), *(str(act.get(column, "")) for column in LETTER_PERSONAL[1:]))
