"""Takes out of messages what they say and whose they were, once nobody needs it any more. What became of them stays.

A message without bytes never leaves (again). Of what servers said of a mail to a person only the code stays, since they
say its mailbox in their own ways; what they said of a letter stays as it is unless it names its writer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from django.db.models import QuerySet

from tocsin.outbox.controls import cancel
from tocsin.outbox.events import status_in
from tocsin.outbox.models import Delivery, Event, Kind, Message
from tocsin.outbox.states import State

EMPTY = b""
# Its last word is said, but for what may still come back.
FINAL = (State.SENT, State.REFUSED, State.BOUNCED, State.CANCELLED, State.REPLIED)
STILL_TO_LEAVE = (State.WAITING, State.DEFERRED, State.HELD, State.SENDING)
ENDED = "Stopped: the time for which its writer's data are kept was over, or they asked to be forgotten."
AT_ONCE = 400
type Kept = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Some mails, by their numbers."""

    numbers: Sequence[int]

    @property
    def messages(self) -> QuerySet[Message]:
        return Message.objects.filter(pk__in=self.numbers)


def stop(numbers: Sequence[int]) -> int:
    """Cancels those that wait or are held, for good, with a word why; how many. One that a worker has in the middle of
    being handed over stays: `in_hand` tells."""
    waiting = Numbered(numbers).messages.filter(state__in=STILL_TO_LEAVE)
    digests = list(waiting.filter(kind=Kind.DIGEST).values_list("pk", flat=True))
    others = list(waiting.exclude(kind=Kind.DIGEST).values_list("pk", flat=True))
    if digests:  # their letters are free then, and wait for the next
        cancel(Numbered(digests))
    if others:
        cancel(Numbered(others))
    return Message.objects.filter(pk__in=others, state=State.CANCELLED).update(last_words=ENDED)


def in_hand(numbers: Sequence[int]) -> set[int]:
    """Those of these that are being handed over at this moment."""
    return set(Numbered(numbers).messages.filter(state=State.SENDING).values_list("pk", flat=True))


def empty_mails(numbers: Iterable[int]) -> None:
    """Mails to people: their bytes, address, domain and queue go, and of what was said of them all but the codes."""
    for some in batched(numbers, AT_ONCE):
        _keep_words(some, _code)
        Delivery.objects.filter(message__in=some).exclude(server="").update(server="")
        Message.objects.filter(pk__in=some).update(sealed=EMPTY, to_digest=EMPTY, domain="", lane=None)


def empty_letters(names: dict[int, frozenset[str]]) -> None:
    """Letters to targets, each with what would tell of its writer in a server's words."""
    for some in batched(names, AT_ONCE):
        named = [pk for pk in some if names[pk]]
        _keep_words(named, _code, {pk: _names(names[pk]) for pk in named})
        Message.objects.filter(pk__in=some).update(sealed=EMPTY)


def _code(words: str) -> str:
    return words if words == ENDED else status_in(words)


def is_empty(message: Message) -> bool:
    return bytes(message.sealed) == EMPTY


def _names(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words)), re.IGNORECASE)


def _keep_words(numbers: Sequence[int], kept: Kept, naming: dict[int, re.Pattern[str]] | None = None) -> None:
    for rows, field, of in (
        (Message.objects.filter(pk__in=numbers), "last_words", "pk"),
        (Delivery.objects.filter(message__in=numbers), "words", "message_id"),
        (Event.objects.filter(message__in=numbers), "words", "message_id"),
    ):
        then = defaultdict[str, list[int]](list)
        for pk, message, words in rows.exclude(**{field: ""}).values_list("pk", of, field):
            if naming is None or naming[message].search(words):
                then[kept(words)].append(pk)
        for words, found in then.items():
            rows.model._base_manager.filter(pk__in=found).update(**{field: words})
