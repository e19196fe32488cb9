"""What other software is told of each event: made when it is told, of the rows as they are then.

Whose personal data may go along is for the endpoint to say, when it happened and now, and is no by default. What there
is no more is said to be gone. Names of keys are only ever added: docs/developers/webhooks.md has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from tocsin.actions.exporting.batches import opened
from tocsin.actions.exporting.supporters import open_supporter
from tocsin.actions.letters import full_name
from tocsin.actions.models import Action, Letter, Way
from tocsin.actions.question_contract import ANSWERS
from tocsin.actions.take import action_context
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Campaign, Edition
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.models import Call, Delivery, Message
from tocsin.supporters.models import Consent

type Data = dict[str, Any]
NAMES = ("given_name", "family_name")
NO_ADDRESS = (*NAMES, "email", "phone")


def told(calls: Sequence[Call]) -> dict[int, Data]:
    """What each of these calls says, by their numbers: in a handful of questions, however many there are."""
    found: dict[int, Data] = {}
    for of_kind, make in MAKERS.items():
        if these := [call for call in calls if call.kind.partition(".")[0] == of_kind]:
            found |= make(these)
    return found


def _gone(call: Call) -> Data:
    return {"id": call.about, "gone": True}


# ── actions ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _of_actions(calls: Sequence[Call]) -> dict[int, Data]:
    actions = Action.objects.in_bulk({call.about for call in calls})
    campaigns = _campaigns(action.campaign_id for action in actions.values())
    return {
        call.pk: _action(action, campaigns, with_person=call.takes_people)
        if (action := actions.get(call.about))
        else _gone(call)
        for call in calls
    }


def _action(action: Action, campaigns: Mapping[int, Data], *, with_person: bool) -> Data:
    act = opened(action.sealed, action_context(action.email_digest))
    said: Data = {
        "id": action.pk,
        "reference": f"{action.campaign_id}-{action.pk}",
        **_edition(action.edition_id, campaigns),
        "accepted_at": _time(action.accepted_at),
        "state": action.state,
        "way": str(act.get("way", action.way or Way.US)),
        "source": action.source,
        "supporter": action.supporter_id,
    }
    return said | {"person": _person(act)} if with_person and act else said


def _person(act: Mapping[str, Any]) -> Data:
    """Who they are, what they wrote in their own words, and what they answered."""
    return {
        "name": full_name(act),
        **{name: act[name] for name in ("given_name", "family_name", "email", "phone") if act.get(name)},
        "address": {name: act[name] for name in FIELD_KINDS if name not in NO_ADDRESS and act.get(name)},
        "own_words": _own_words(act),
        "answers": act.get(ANSWERS) or {},
    }


def _own_words(act: Mapping[str, Any]) -> Data:
    """What they changed of the letter that they were offered, and what they answered to become a part of it."""
    changed = {name: act[name] for name in ("subject", "text") if act.get(name)} if act.get("own_words") else {}
    return changed | ({"prompts": list(act["prompts"])} if any(act.get("prompts", ())) else {})


def _edition(edition_id: int, campaigns: Mapping[int, Data]) -> Data:
    edition = frozen(edition_id)
    return {
        "campaign": campaigns.get(edition.campaign_id, {"id": edition.campaign_id}),
        "language": edition.language,
        "edition": {"id": edition.pk, "number": edition.number, "sha256": edition.sha256},
    }


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _of_letters(calls: Sequence[Call]) -> dict[int, Data]:
    """By their messages: a letter that was written anew since has another, and this one no letter."""
    numbers = {call.about for call in calls}
    letters = {
        letter.message_id: letter
        for letter in Letter.objects.filter(message__in=numbers).select_related("action", "target", "message")
    }
    messages, last = Message.objects.defer("sealed").in_bulk(numbers), _last_attempts(numbers)
    campaigns = _campaigns(message.campaign_ref for message in messages.values())
    return {
        call.pk: _letter(message, letters.get(message.pk), last.get(message.pk), campaigns, call.takes_people)
        if (message := messages.get(call.about))
        else _gone(call)
        for call in calls
    }


def _last_attempts(messages: set[int]) -> dict[int, Delivery]:
    return {one.message_id: one for one in Delivery.objects.filter(message__in=messages).order_by("number")}


def _letter(
    message: Message,
    letter: Letter | None,
    last: Delivery | None,
    campaigns: Mapping[int, Data],
    with_person: bool,  # noqa: FBT001
) -> Data:
    said: Data = {
        # Its number in the API; of one that was written anew since, this mail is no letter's any more.
        "id": letter.pk if letter else None,
        "campaign": campaigns.get(message.campaign_ref or 0),
        "message_id": f"<{message.ref}@{_mail_domain()}>",
        "fate": message.state,
        "fate_since": _time(message.state_since),
        "words": message.last_words,
        "attempts": message.attempts,
        "server": last.server if last else "",
        "tried_at": _time(last.started_at) if last else None,
        "answered_at": _time(last.finished_at) if last else None,
    }
    if letter is None:
        return said
    action = _action(letter.action, campaigns, with_person=with_person)
    target = {"id": letter.target_id, "name": letter.target.name, "division": letter.target.division}
    return said | {"own_words": letter.own_words, "target": target, "action": action}


def _mail_domain() -> str:
    return settings.TOCSIN_MAIL_FROM.rpartition("@")[2]


# ── consents ────────────────────────────────────────────────────────────────────────────────────────────────────
def _of_consents(calls: Sequence[Call]) -> dict[int, Data]:
    found = Consent.objects.select_related("wording", "supporter").in_bulk({call.about for call in calls})
    campaigns = _campaigns(consent.campaign_ref for consent in found.values())
    acts = _acts_of([found[call.about] for call in calls if _is_of_one_campaign(call) and call.about in found])
    return {
        call.pk: _consent(consent, campaigns) | _whose(call, consent, acts)
        if (consent := found.get(call.about))
        else _gone(call)
        for call in calls
    }


def _consent(consent: Consent, campaigns: Mapping[int, Data]) -> Data:
    words = consent.wording
    return {
        "id": consent.pk,
        "supporter": consent.supporter_id,
        "campaign": campaigns.get(consent.campaign_ref or 0),
        "action": consent.action_ref,
        "purpose": consent.purpose,
        "wording": {"sha256": words.sha256, "text": words.text, "controller": words.controller} if words else None,
        "language": consent.language,
        "control": consent.control,
        "answer": "yes" if consent.yes else "no",
        "method": consent.method,
        "basis": consent.basis,
        "page": consent.page_url,
        "given_at": _time(consent.given_at),
        "expires_at": _time(consent.expires_at),
    }


def _is_of_one_campaign(call: Call) -> bool:
    return call.takes_people and call.endpoint.campaign_ref is not None


def _acts_of(consents: Sequence[Consent]) -> dict[int, Action]:
    """The actions by which these were given, by their numbers."""
    numbers = {consent.action_ref for consent in consents if consent.action_ref}
    return Action.objects.in_bulk(numbers) if numbers else {}


def _whose(call: Call, consent: Consent, acts: Mapping[int, Action]) -> Data:
    """An endpoint of one campaign is told what the person said there, and nothing where they said nothing there: what
    is known of a supporter may be from any campaign."""
    if not call.takes_people:
        return {}
    if not _is_of_one_campaign(call):
        return {"person": _details(open_supporter(consent.supporter.email_digest, consent.supporter.sealed))}
    action = acts.get(consent.action_ref or 0)
    if action is None or action.campaign_id != call.endpoint.campaign_ref:
        return {}
    act = opened(action.sealed, action_context(action.email_digest))
    return {"person": _details(act)} if act else {}


def _details(said: Mapping[str, Any]) -> Data:
    person = _person(said) if said else {}
    return {name: one for name, one in person.items() if name not in {"own_words", "answers"}}


# ── editions, and tests ─────────────────────────────────────────────────────────────────────────────────────────
def _of_editions(calls: Sequence[Call]) -> dict[int, Data]:
    editions = Edition.objects.defer("words").in_bulk({call.about for call in calls})
    campaigns = _campaigns(edition.campaign_id for edition in editions.values())
    return {
        call.pk: {
            **_edition(edition.pk, campaigns),
            "id": edition.pk,
            "page": settings.TOCSIN_BASE_URL.geturl().rstrip("/") + frozen(edition.pk).words["page_path"],
            "published_at": _time(edition.published_at),
            "is_trial": edition.trial_id is not None,
        }
        if (edition := editions.get(call.about))
        else _gone(call)
        for call in calls
    }


def _of_tests(calls: Sequence[Call]) -> dict[int, Data]:
    return {call.pk: {"id": call.endpoint.pk, "name": call.endpoint.name} for call in calls}


def _campaigns(numbers: Any) -> dict[int, Data]:
    found = Campaign.objects.filter(pk__in={number for number in numbers if number})
    return {pk: {"id": pk, "short_name": slug} for pk, slug in found.values_list("pk", "slug")}


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _of_erasures(calls: Sequence[Call]) -> dict[int, Data]:
    """Of whom nothing is left but the number under which others knew them."""
    return {call.pk: _gone(call) for call in calls}


MAKERS: dict[str, Callable[[Sequence[Call]], dict[int, Data]]] = {
    "action": _of_actions,
    "letter": _of_letters,
    "consent": _of_consents,
    "supporter": _of_erasures,
    "edition": _of_editions,
    "endpoint": _of_tests,
}
# A kind of event that nothing is made for would be told as gone.
assert {kind.partition(".")[0] for kind in EventKind} == set(MAKERS)  # noqa: S101
