"""What a list of people shows of each row: sealed until names are asked for, in a fixed number of questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.actions.exporting.batches import opened
from tocsin.actions.exporting.supporters import open_supporter, reasons_to_send_nothing
from tocsin.actions.letters import full_name
from tocsin.actions.lists.of_people import acts_of
from tocsin.actions.models import Action, Letter
from tocsin.actions.take import action_context
from tocsin.actions.written_to import left_campaign
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.models import Suppression
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Consent, ConsentWording, Supporter


@dataclass(frozen=True, slots=True)
class SupporterRow:
    pk: int
    at: datetime
    language: str
    name: str
    email: str
    purposes: list[str]
    stopped: str | Promise
    campaigns: list[str]


@dataclass(frozen=True, slots=True)
class ActionRow:
    pk: int
    reference: str
    campaign_id: int
    campaign: str
    at: datetime
    state: str
    state_label: str | Promise
    language: str
    source: str
    name: str
    email: str
    letters: int
    own_words: bool
    supporter: int | None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    pk: int
    supporter: int
    at: datetime
    purpose: str
    answer: str
    control: str | Promise
    words: str
    language: str
    method: str | Promise
    source: str
    expires_at: datetime | None
    name: str
    email: str


def supporter_rows(
    rows: list[Supporter] | list[Action], *, names: bool, seen: QuerySet[Campaign], campaign: Campaign | None = None
) -> list[SupporterRow]:
    """From supporters, or from their actions in one campaign, in the order given; with the campaigns they acted in, of
    those that are `seen` by whoever looks. Whoever may not be written to is shown with why."""
    numbers = [row.supporter_id or 0 if isinstance(row, Action) else row.pk for row in rows]
    people = Supporter.objects.in_bulk(numbers)
    purposes, campaigns = purposes_of(numbers), _campaigns_of(numbers, seen)
    reasons = why_not_written_to(list(people.values()), campaign)
    return [
        SupporterRow(
            one.pk,
            one.first_seen_at,
            one.language,
            *_name(open_supporter(one.email_digest, one.sealed) if names else {}),
            [] if one.pk in reasons else purposes[one.pk],
            reasons.get(one.pk, ""),
            campaigns.get(one.pk, []),
        )
        for one in (people[number] for number in numbers if number in people)
    ]


def action_rows(rows: list[Action], *, names: bool) -> list[ActionRow]:
    campaigns = dict(Campaign.objects.filter(pk__in={row.campaign_id for row in rows}).values_list("pk", "name"))
    editions = dict(Edition.objects.filter(pk__in={row.edition_id for row in rows}).values_list("pk", "language"))
    letters: dict[int, list[bool]] = {}
    for action, own in Letter.objects.filter(action__in=rows).values_list("action_id", "own_words"):
        letters.setdefault(action, []).append(own)
    return [
        ActionRow(
            row.pk,
            f"{row.campaign_id}-{row.pk}",
            row.campaign_id,
            campaigns.get(row.campaign_id, ""),
            row.accepted_at,
            row.state,
            row.get_state_display(),
            editions.get(row.edition_id, ""),
            _source(row.source),
            *_name(opened(row.sealed, action_context(row.email_digest)) if names else {}),
            len(letters.get(row.pk, [])),
            any(letters.get(row.pk, [])),
            row.supporter_id,
        )
        for row in rows
    ]


def consent_rows(rows: list[Consent], *, names: bool) -> list[ConsentRow]:
    wordings = ConsentWording.objects.in_bulk({row.wording_id for row in rows if row.wording_id})
    people = Supporter.objects.in_bulk({row.supporter_id for row in rows}) if names else {}
    found = []
    for row in rows:
        one = people.get(row.supporter_id)
        wording = wordings.get(row.wording_id or 0)
        found.append(
            ConsentRow(
                row.pk,
                row.supporter_id,
                row.given_at,
                row.purpose,
                answer_of(row),
                row.get_control_display(),
                wording.text if wording else "",
                row.language,
                row.get_method_display(),
                row.source or row.page_url,
                row.expires_at,
                *_name(open_supporter(one.email_digest, one.sealed) if one else {}),
            )
        )
    return found


def answer_of(consent: Consent) -> str:
    """As one says it."""
    if consent.control == Consent.Control.LEFT:
        return _("Left")
    if consent.control == Consent.Control.BACK:
        return _("Came back")
    if consent.control == Consent.Control.BOX and not consent.yes:
        return _("Left unticked")
    return _("Yes") if consent.yes else _("No")


def _name(said: dict[str, Any]) -> tuple[str, str]:
    return full_name(said) if said else "", str(said.get("email") or "")


def why_not_written_to(people: list[Supporter], campaign: Campaign | None) -> dict[int, str | Promise]:
    """Those to whom nothing is sent, wherever it is about, or who left the campaign that is looked at."""
    reasons = reasons_to_send_nothing([bytes(one.email_digest) for one in people])
    found: dict[int, str | Promise] = {}
    if campaign:
        left = left_campaign(campaign.pk).filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True)
        found = dict.fromkeys(left, _("left this campaign"))
    return found | {
        one.pk: Suppression.Reason(reasons[digest]).label
        for one in people
        if (digest := bytes(one.email_digest)) in reasons
    }


def _source(source: dict[str, str]) -> str:
    """The first that says anything: where a person came from."""
    return next((source[key] for key in ("utm_source", "source", "utm_campaign", "appeal") if source.get(key)), "")


def _campaigns_of(supporters: list[int], seen: QuerySet[Campaign]) -> dict[int, list[str]]:
    """Newest first."""
    acts = acts_of(supporters)
    names = dict(seen.filter(pk__in={act.campaign for act in acts}).values_list("pk", "name"))
    found: dict[int, list[str]] = {}
    for act in reversed(acts):
        if act.campaign in names:
            found.setdefault(act.supporter, []).append(names[act.campaign])
    return found
