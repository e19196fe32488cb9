"""Writes and proves the audit log: lines that only ever follow one another, each with the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from tocsin.staff.models import AuditLine, AuditProof

BEGINNING = "0" * 64
LINES_AT_ONCE = 2000
MOST_TRIES = 200
FIELDS = ("at", "who_id", "who_name", "kind", "what", "about", "campaign_ref", "details", "address", "before")


def write(  # noqa: PLR0913  (a line says all of this)
    what: str,
    *,
    kind: str,
    who: Any = None,
    who_name: str = "",
    about: str = "",
    campaign_ref: int | None = None,
    details: dict[str, Any] | None = None,
    address: str = "",
) -> AuditLine:
    """One line, in the caller's transaction: what is undone leaves no line, and what is done has one. Where it was not
    a person, `who_name` says what it was."""
    said = {
        "at": timezone.now(),
        "who_id": who.pk if who is not None else None,
        "who_name": (name_of(who) if who is not None else who_name)[:160],
        "kind": kind,
        "what": what[:60],
        "about": about[:160],
        "campaign_ref": campaign_ref,
        "details": json.loads(json.dumps(details or {}, cls=DjangoJSONEncoder)),
        "address": address,
    }
    for _ in range(MOST_TRIES):
        if (line := _follow(said)) is not None:
            return line
    raise CannotFollow


class CannotFollow(Exception):
    """So many write at once that this line never came right after another."""


def name_of(user: Any) -> str:
    """As it stays when the account is gone."""
    full = getattr(user, "get_full_name", str)()
    return str(full or user)


def _follow(said: dict[str, Any]) -> AuditLine | None:
    """Puts the line after the newest, or None where another did in the same moment: then it follows that one."""
    try:
        with transaction.atomic():
            newest = AuditLine.objects.order_by("-pk").values_list("sha256", flat=True).first()
            line = {**said, "before": newest or BEGINNING}
            return AuditLine.objects.create(**line, sha256=fingerprint(line))
    except IntegrityError:
        return None


def fingerprint(line: dict[str, Any]) -> str:
    at: datetime = line["at"]
    said = {**line, "at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk found: how many lines, the hash of the newest, and the number of the first that does not fit."""

    lines: int
    newest: str
    broken_at: int | None = None


def walk() -> Chain:
    """Reckons every hash anew, from the first line to the last."""
    lines, before = 0, BEGINNING
    for number, sha256, line in _every_line():
        if line["before"] != before or fingerprint(line) != sha256:
            return Chain(lines, before, broken_at=number)
        lines, before = lines + 1, sha256
    return Chain(lines, before)


def _every_line() -> Iterator[tuple[int, str, dict[str, Any]]]:
    """By key: nothing is held open, and a million lines need no memory."""
    last = 0
    rows = AuditLine.objects.order_by("pk").values_list("pk", "sha256", *FIELDS)
    while some := list(rows.filter(pk__gt=last)[:LINES_AT_ONCE]):
        for number, sha256, *values in some:
            yield number, sha256, dict(zip(FIELDS, values, strict=True))
        last = some[-1][0]


def prove_audit() -> AuditProof:
    """Walks the log and keeps what was found."""
    chain = walk()
    whole = chain.broken_at is None and not _something_is_cut_off()
    return AuditProof.objects.create(lines=chain.lines, newest=chain.newest, broken_at=chain.broken_at, whole=whole)


def _something_is_cut_off() -> bool:
    """Lines cut off at the end are missed by no walk, but by a proof that ended with one of them. By any: were the last
    one asked alone, a second proof would call what is left whole."""
    still_there = AuditLine.objects.filter(sha256=OuterRef("newest"))
    return AuditProof.objects.filter(~Exists(still_there), lines__gt=0).exists()


def is_in_the_chain(sha256: str) -> bool:
    """Whether a hash that was kept elsewhere is still that of a line."""
    return AuditLine.objects.filter(sha256=sha256).exists()
