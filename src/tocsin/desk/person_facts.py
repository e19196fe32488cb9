"""Everything that is known of one person: who they are, what they did, agreed to and were sent, and who read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.functional import Promise
from wagtail.models import ModelLogEntry

from tocsin.actions.exporting.supporters import open_supporter
from tocsin.actions.letters import full_name, whereabouts
from tocsin.actions.models import Action, HandIn, Letter
from tocsin.actions.updates.models import UpdateCopy
from tocsin.campaigns.models import Campaign
from tocsin.desk.people_rows import answer_of, why_not_written_to
from tocsin.outbox.models import Message
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Consent, Supporter

READERS_SHOWN = 50
# A request to confirm or to choose is sent a few times at most.
MOST_ASKED = 5


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
        mails=_mails(actions, supporter),
        readers=_readers(supporter),
    )


def _actions(supporter: Supporter, campaign: Campaign | None) -> list[Action]:
    found = supporter.actions.select_related("campaign", "edition").defer("sealed", "edition__words").order_by("-pk")
    return list(found.filter(campaign=campaign) if campaign else found)


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


def _mails(actions: list[Action], supporter: Supporter) -> list[Message]:
    """What was sent to the person about their actions, found by the names that such mails have, and their copies of
    updates."""
    keys = [key for action in actions for key in _keys(action)]
    hand_ins = HandIn.objects.filter(campaign__in={action.campaign_id for action in actions}, notified_at__isnull=False)
    kits = list(hand_ins.values_list("pk", flat=True))
    keys += [f"handed-in:{kit}:{action.pk}" for kit in kits for action in actions]
    campaigns = {action.campaign_id for action in actions}
    copies = UpdateCopy.objects.filter(supporter=supporter, update_sent__campaign__in=campaigns).values("message")
    return list(
        Message.objects.filter(Q(key__in=keys) | Q(pk__in=copies)).defer("sealed").order_by("-created_at", "-pk")
    )


def _keys(action: Action) -> list[str]:
    asked = [f"{what}:{action.pk}:{number}" for what in ("confirm", "choice") for number in range(MOST_ASKED)]
    return [f"thanks:{action.pk}", *asked]


def _readers(supporter: Supporter) -> list[tuple[datetime, str]]:
    """Who of the staff opened this person, newest first."""
    kind: Any = ContentType.objects.get_for_model(Supporter)
    lines = ModelLogEntry.objects.filter(content_type=kind, object_id=str(supporter.pk)).select_related("user")
    opened = lines.filter(action="tocsin.person_opened").order_by("-timestamp")[:READERS_SHOWN]
    return [(line.timestamp, line.user_display_name) for line in opened]
