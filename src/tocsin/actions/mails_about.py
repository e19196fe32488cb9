"""Which messages are about some actions: their letters, also those that were written anew, and mails to the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.actions.models import HandIn, Letter
from tocsin.outbox.models import Event, Message

# A request to confirm or to choose is sent a few times at most.
MOST_ASKED = 5


def mails_to_people(actions: Mapping[int, int]) -> dict[int, int]:
    """The numbers of the mails about these actions (number: campaign), each with its action: by the names they have."""
    named = {key: action for action, campaign in actions.items() for key in keys_of(action)}
    named |= _about_hand_ins(actions) | _about_answers(actions)
    rows = Message.objects.filter(key__in=list(named)).values_list("pk", "key")
    return {pk: named[key] for pk, key in rows}


def keys_of(action: int) -> list[str]:
    asked = [f"{what}:{action}:{number}" for what in ("confirm", "choice") for number in range(MOST_ASKED)]
    return [f"thanks:{action}", *asked]


def letters_of(actions: Iterable[int]) -> dict[int, int]:
    """The numbers of the messages that carry their letters, each with its action."""
    rows = Letter.objects.filter(action__in=list(actions)).values_list("message_id", "action_id", "message__key")
    found, older = dict[int, int](), dict[int, int]()
    for message, action, key in rows:
        found[message] = action
        older |= _written_before(key, action)
    while older:
        found |= older
        keys = Message.objects.filter(pk__in=list(older)).values_list("pk", "key")
        older = {pk: action for number, key in keys for pk, action in _written_before(key, older[number]).items()}
    return found


def _written_before(key: str, action: int) -> dict[int, int]:
    """Written anew to a mended address, a letter bears the number of the message that it took the place of."""
    parts = key.split(":")
    return {int(parts[3]): action} if len(parts) == 4 and parts[0] == "letter" else {}


def _about_hand_ins(actions: Mapping[int, int]) -> dict[str, int]:
    told = HandIn.objects.filter(campaign__in=set(actions.values()), notified_at__isnull=False)
    kits = list(told.values_list("pk", "campaign_id"))
    return {
        f"handed-in:{kit}:{action}": action
        for kit, of_campaign in kits
        for action, campaign in actions.items()
        if campaign == of_campaign
    }


def _about_answers(actions: Mapping[int, int]) -> dict[str, int]:
    answers = Event.objects.filter(message__letter__action__in=list(actions), kind=Event.Kind.REPLIED)
    return {f"forward:{event}": action for event, action in answers.values_list("event_id", "message__letter__action")}
