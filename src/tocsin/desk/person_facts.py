"""Everything that is known of one person: who they are, what they did, agreed to and were sent, and who read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.functional import Promise
from wagtail.models import ModelLogEntry

from tocsin.actions.exporting.supporters import open_supporter
from tocsin.actions.letters import full_name, whereabouts
from tocsin.actions.lists.find import actions_by_digest
from tocsin.actions.mails_about import mails_to_people
from tocsin.actions.models import Action, Letter
from tocsin.actions.updates.models import UpdateCopy
from tocsin.campaigns.models import Campaign
from tocsin.desk.people_rows import answer_of, why_not_written_to
from tocsin.outbox.models import Message
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Consent, Supporter

READERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Facts:
    name: str
    email: str
    phone: str
    place: list[str]
    readable: bool
    purposes: list[str]
    stopped: str | Promise
    actions: list[Action]
    letters: dict[int, list[Letter]]
    consents: list[tuple[str, Consent]]
    mails: list[Message]
    readers: list[tuple[datetime, str]]


def facts_of(supporter: Supporter, campaign: Campaign | None) -> Facts:
    said = open_supporter(supporter.email_digest, supporter.sealed)
    actions = _actions(supporter, campaign)
    return Facts(
        name=full_name(said) if said else "",
        email=str(said.get("email") or ""),
        phone=str(said.get("phone") or ""),
        place=whereabouts(said, supporter.language) if said else [],
        readable=bool(said),
        purposes=purposes_of([supporter.pk])[supporter.pk],
        stopped=why_not_written_to([supporter], campaign).get(supporter.pk, ""),
        actions=actions,
        letters=_letters(actions),
        consents=[(answer_of(one), one) for one in _consents(supporter, campaign)],
        mails=_mails(actions, supporter, campaign),
        readers=_readers(supporter),
    )


def _actions(supporter: Supporter, campaign: Campaign | None) -> list[Action]:
    """Also those that were held, blocked or never confirmed: they made no supporter, and are of this person."""
    found = {action.pk: action for action in _shown(supporter.actions.all(), campaign)}
    found |= {action.pk: action for action in _shown(actions_by_digest(bytes(supporter.email_digest)), campaign)}
    return [found[pk] for pk in sorted(found, reverse=True)]


def _shown(actions: QuerySet[Action], campaign: Campaign | None) -> QuerySet[Action]:
    found = actions.select_related("campaign", "edition").defer("sealed", "edition__words")
    return found.filter(campaign=campaign) if campaign else found


def _letters(actions: list[Action]) -> dict[int, list[Letter]]:
    rows = Letter.objects.filter(action__in=actions).select_related("message", "target").defer("message__sealed")
    found: dict[int, list[Letter]] = {action.pk: [] for action in actions}
    for letter in rows.order_by("pk"):
        found[letter.action_id].append(letter)
    return found


def _consents(supporter: Supporter, campaign: Campaign | None) -> Iterable[Consent]:
    """Newest first, each with the exact words that were seen."""
    found = supporter.consents.select_related("wording", "import_ref").order_by("-given_at", "-pk")
    return found.filter(campaign_ref=campaign.pk) if campaign else found


def _mails(actions: list[Action], supporter: Supporter, campaign: Campaign | None) -> list[Message]:
    """What was sent to the person: by the names that mails about their actions have, and their copies of updates, which
    go also to people who were brought in with a file. Asked for by number: a database that is given a question inside
    this one reads every message for it."""
    copies = UpdateCopy.objects.filter(supporter=supporter)
    if campaign:
        copies = copies.filter(update_sent__campaign=campaign)
    about = mails_to_people({action.pk: action.campaign_id for action in actions})
    found = Message.objects.filter(pk__in=[*about, *copies.values_list("message", flat=True)])
    return list(found.defer("sealed").order_by("-created_at", "-pk"))


def _readers(supporter: Supporter) -> list[tuple[datetime, str]]:
    """Who of the staff opened this person, newest first."""
    kind: Any = ContentType.objects.get_for_model(Supporter)
    lines = ModelLogEntry.objects.filter(content_type=kind, object_id=str(supporter.pk)).select_related("user")
    opened = lines.filter(action="tocsin.person_opened").order_by("-timestamp")[:READERS_SHOWN]
    return [(line.timestamp, line.user_display_name) for line in opened]
