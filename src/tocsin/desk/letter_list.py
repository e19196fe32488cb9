"""Finds letters of a campaign, newest first, a screenful at a time, however many there are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Kind, State

A_SCREENFUL = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the desk asks for: only letters like this. Whatever is no such thing is left out."""

    state: str = ""
    language: str = ""
    target: int | None = None

    @classmethod
    def asked_by(cls, query: QueryDict) -> Wanted:
        state, target = query.get("state", ""), query.get("target", "")
        return cls(
            state=state if state in State.values else "",
            language=query.get("language", "")[:10],
            target=int(target) if target.isascii() and target.isdigit() and len(target) < 18 else None,
        )

    @property
    def anything(self) -> bool:
        return bool(self.state or self.language or self.target)

    def query(self) -> str:
        """The same wish as the end of an address."""
        wish = QueryDict(mutable=True)
        wish.update({key: str(value) for key, value in self._pairs() if value})
        return wish.urlencode()

    def _pairs(self) -> list[tuple[str, str | int | None]]:
        return [("state", self.state), ("language", self.language), ("target", self.target)]


@dataclass(frozen=True, slots=True)
class Screenful:
    """Letters with where to go on: `older` and `newer` are message numbers, or None at an end."""

    letters: list[Letter]
    older: int | None
    newer: int | None


def recent_letters(campaign: Campaign, most: int) -> list[Letter]:
    return list(_letters(campaign, Wanted()).order_by("-message_id")[:most])


def screenful(campaign: Campaign, wanted: Wanted, query: QueryDict) -> Screenful:
    """By key, not by counting: the ten-thousandth letter is as near as the first, and nothing is counted."""
    older, newer = _number(query.get("older")), _number(query.get("newer"))
    found = _letters(campaign, wanted)
    if newer is not None:
        rows = list(found.filter(message_id__gt=newer).order_by("message_id")[: A_SCREENFUL + 1])
        more, rows = len(rows) > A_SCREENFUL, rows[:A_SCREENFUL][::-1]
        return Screenful(rows, _last(rows), _first(rows) if more else None)
    if older is not None:
        found = found.filter(message_id__lt=older)
    rows = list(found.order_by("-message_id")[: A_SCREENFUL + 1])
    more, rows = len(rows) > A_SCREENFUL, rows[:A_SCREENFUL]
    return Screenful(rows, _last(rows) if more else None, _first(rows) if older is not None else None)


def _letters(campaign: Campaign, wanted: Wanted) -> QuerySet[Letter]:
    """Only what a list shows: nothing sealed and no edition's words are read."""
    found = Letter.objects.filter(message__campaign_ref=campaign.pk, message__kind=Kind.LETTER)
    if wanted.state:
        found = found.filter(message__state=wanted.state)
    if wanted.language:
        found = found.filter(action__edition__language=wanted.language)
    if wanted.target:
        found = found.filter(target=wanted.target)
    return found.select_related("message", "target", "action__edition").only(
        "own_words",
        "target__name",
        "action__edition__language",
        "message__state",
        "message__state_since",
        "message__attempts",
        "message__last_words",
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _first(letters: list[Letter]) -> int | None:
    return letters[0].message_id if letters else None


def _last(letters: list[Letter]) -> int | None:
    return letters[-1].message_id if letters else None
