"""Looks at what came in, after the answer: counted, held for a moderator, or blocked. The signer sees no difference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tocsin.actions.count import change_states, note_counter_run
from tocsin.actions.models import Action
from tocsin.actions.rollup import Inside, look_inside
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Moderation, Target
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

BATCH = 500
MOST_LINKS = 5
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
# Words that a moderator should see before a minister does. Few and unmistakable: a held letter costs somebody's voice
# a day. (requirements B50)
THREATS = re.compile(
    r"\b(?:i(?:'|’)?ll kill|i will kill|kill you|you(?:'|’)?ll die|going to kill|bomb (?:you|your)|shoot you|"
    r"je vais (?:te|vous) tuer|(?:te|vous) tuer|mort à|(?:te|vous) faire la peau|bombe (?:chez|dans) (?:toi|vous))\b",
    re.IGNORECASE,
)
# Mailboxes made to be thrown away; the usual ones. A setting may replace this list in a later version. (B28)
THROWN_AWAY = frozenset(
    {
        "10minutemail.com",
        "dispostable.com",
        "guerrillamail.com",
        "guerrillamail.net",
        "mailinator.com",
        "maildrop.cc",
        "sharklasers.com",
        "temp-mail.org",
        "tempmail.com",
        "throwawaymail.com",
        "trashmail.com",
        "yopmail.com",
        "yopmail.fr",
    }
)

REASONS = {
    "honeypot": _("A field that people do not see was filled in."),
    "target_itself": _("The address is the target's own."),
    "thrown_away": _("The address is a mailbox made to be thrown away."),
    "many_links": _("The letter has many links."),
    "threat": _("The letter may hold a threat or a slur."),
    "cannot_open": _("It was sealed with a key that is not here."),
    "never_confirmed": _("Its writer was asked twice to confirm, and did not."),
    "cannot_ask": _("Its writer cannot be asked to confirm: no mail can be made to that address."),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """All that screening judges by."""

    act: dict[str, Any]
    signs: list[str]
    domain: str
    moderated: bool
    is_target: bool
    confirm_first: bool = False


def judge(seen: Seen) -> tuple[State, str]:
    """The state an action gets and the reason, which is a key of REASONS or empty."""
    text = f"{seen.act.get('subject', '')}\n{seen.act.get('text', '')}"
    if "honeypot" in seen.signs:
        return State.BLOCKED, "honeypot"
    if seen.is_target:
        return State.HELD, "target_itself"
    if seen.domain in THROWN_AWAY:
        return State.HELD, "thrown_away"
    if seen.moderated and len(LINK.findall(text)) >= MOST_LINKS:
        return State.HELD, "many_links"
    if seen.moderated and THREATS.search(text):
        return State.HELD, "threat"
    return (State.UNCONFIRMED if seen.confirm_first else State.COUNTED), ""


def screen_batch(most: int = BATCH) -> int:
    """Screens the oldest actions nobody has looked at and counts those that pass; how many it looked at."""
    actions = list(
        Action.objects.filter(state=State.RECEIVED)
        .order_by("pk")
        .only("pk", "campaign_id", "email_digest", "sealed", "signs")[:most]
    )
    if actions:
        circumstances, inside = _circumstances({action.campaign_id for action in actions}), dict[int, Inside]()
        verdicts = [(action.pk, State.RECEIVED, *_verdict(action, circumstances, inside)) for action in actions]
        change_states(verdicts, inside)
    if len(actions) < most:
        note_counter_run()
    return len(actions)


@dataclass(slots=True)
class _Policy:
    """What screening asks of a campaign. `targets` are the canonical addresses of those it writes to."""

    moderated: bool
    confirm_first: bool
    targets: set[str]


def _circumstances(campaign_ids: set[int]) -> dict[int, _Policy]:
    campaigns = Campaign.objects.filter(pk__in=campaign_ids).only("pk", "moderation", "confirm_first")
    policies = {one.pk: _Policy(one.moderation == Moderation.FLAGGED, one.confirm_first, set()) for one in campaigns}
    for campaign_id, email in Target.objects.filter(campaigns__in=campaign_ids).values_list("campaigns", "email"):
        if campaign_id in policies:
            policies[campaign_id].targets.add(email.strip().lower())
    return policies


def _verdict(action: Action, policies: dict[int, _Policy], inside: dict[int, Inside]) -> tuple[State, str]:
    """Leaves in `inside` what counting needs of the act, so that it is opened once."""
    policy = policies[action.campaign_id]
    try:
        act = vault().open(action.sealed, action_context(action.email_digest))
    except CannotOpen:
        return State.HELD, "cannot_open"
    inside[action.pk] = look_inside(act)
    email = str(act.get("email", ""))
    domain = email.rpartition("@")[2].lower()
    is_target = _canonical(email) in policy.targets
    return judge(Seen(act, action.signs, domain, policy.moderated, is_target, policy.confirm_first))


def _canonical(email: str) -> str:
    try:
        return read_address(email).canonical
    except NotAnAddress:
        return email.lower()
