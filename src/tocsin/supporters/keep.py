"""Keeps supporters and their consents: upserts by digest, answers once. In bulk, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from tocsin.lib.sql import insert_new, insert_or_renew
from tocsin.lib.vault import vault
from tocsin.supporters.models import Consent, ConsentWording, Supporter

# Written out, since the ORM's way of storing many rows takes longer than the database's. The database fills what is not
# here. A test compares this with the model.
CONSENT_COLUMNS = (
    *("supporter_id", "wording_id", "purpose", "control", "yes", "language", "page_url", "source", "method"),
    *("given_at", "campaign_ref", "action_ref", "edition_ref"),
)
SUPPORTERS = "supporters_supporter"
SUPPORTER_COLUMNS = ("email_digest", "sealed", "language", "first_seen_at", "changed_at", "said_at")
RENEWED = ("sealed", "language", "changed_at", "said_at")
# An action that is followed late (it was held, or stuck) says who somebody was then: what they said since stays. The
# statement asks, so that two workers who follow two actions of one person need not follow them in order.
# What a file said, nobody said themselves: it gives way whenever they do.
NOT_OLDER = (
    f"COALESCE({SUPPORTERS}.said_at, {SUPPORTERS}.changed_at) <= excluded.said_at"
    f" OR ({SUPPORTERS}.said_at IS NULL AND {SUPPORTERS}.import_ref_id IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question, with the exact words it was asked in."""

    purpose: str
    text: str
    controller: str
    control: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who acted, when and where, and what they answered. `details` is sealed as it stands. `again`: this action was
    kept before, so it says nothing new of who they are."""

    email_digest: bytes
    details: dict[str, Any]
    language: str
    campaign_ref: int
    action_ref: int
    edition_ref: int
    page_url: str
    at: datetime
    answers: list[Answer] = field(default_factory=list)
    method: str = Consent.Method.WEB.value
    again: bool = False


def keep_people(people: Iterable[Person]) -> dict[bytes, int]:
    """Stores or renews the supporters and adds their answers; the supporter's number for each digest. An action that
    comes again renews nobody: they may have given newer details since.

    Safe to run again: an answer is kept once for each action and question. In the order of their digests, so that two
    workers that meet the same people never wait for each other in a ring.
    """
    people = list(people)
    numbers = _upsert([person for person in people if not person.again], renew=True)
    # Waits for nobody, since these are there already: the order of digests need not go through both.
    numbers |= _upsert([person for person in people if person.again], renew=False)
    _add_answers(people, numbers)
    return numbers


def _upsert(people: list[Person], *, renew: bool) -> dict[bytes, int]:
    if not people:
        return {}
    latest = {person.email_digest: person for person in sorted(people, key=lambda person: person.at)}
    now = timezone.now()
    rows = [_row(latest[digest], now) for digest in sorted(latest)]
    if renew:
        insert_or_renew(SUPPORTERS, "email_digest", SUPPORTER_COLUMNS, rows, renewed=RENEWED, where=NOT_OLDER)
    else:
        insert_new(SUPPORTERS, SUPPORTER_COLUMNS, rows)
    found = Supporter.objects.filter(email_digest__in=list(latest)).values_list("email_digest", "pk")
    return {bytes(digest): pk for digest, pk in found}


def _row(person: Person, now: datetime) -> tuple[Any, ...]:
    sealed = vault().seal(person.details, b"supporter:" + person.email_digest)
    return person.email_digest, sealed, person.language, person.at, now, person.at


def _add_answers(people: list[Person], numbers: dict[bytes, int]) -> None:
    wordings = _wordings(people)
    rows = [
        (
            *(numbers[person.email_digest], wordings[_fingerprint(person, answer)], answer.purpose, answer.control),
            *(answer.yes, person.language, person.page_url, "", person.method, person.at),
            *(person.campaign_ref, person.action_ref, person.edition_ref),
        )
        for person in people
        for answer in person.answers
    ]
    insert_new("supporters_consent", CONSENT_COLUMNS, rows)


def _fingerprint(person: Person, answer: Answer) -> str:
    return ConsentWording.fingerprint(answer.purpose, person.language, answer.text, answer.controller)


def _wordings(people: list[Person]) -> dict[str, int]:
    """The number of every wording that these people were asked in; new ones are stored."""
    wanted = {
        _fingerprint(person, answer): ConsentWording(
            purpose=answer.purpose,
            language=person.language,
            text=answer.text,
            controller=answer.controller,
            sha256=_fingerprint(person, answer),
        )
        for person in people
        for answer in person.answers
    }
    known = dict(ConsentWording.objects.filter(sha256__in=wanted).values_list("sha256", "pk"))
    missing = [wanted[sha256] for sha256 in sorted(wanted) if sha256 not in known]
    if missing:
        ConsentWording.objects.bulk_create(missing, ignore_conflicts=True)
        known = dict(ConsentWording.objects.filter(sha256__in=wanted).values_list("sha256", "pk"))
    return known
