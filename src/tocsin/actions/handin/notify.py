"""Tells everybody whose letter was handed in that it was: one mail each, in the language they wrote in."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.template.defaultfilters import date as written
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tocsin.actions.handin.choose import in_order
from tocsin.actions.letters import full_name
from tocsin.actions.models import Action, HandIn
from tocsin.actions.receipts import receipt_key
from tocsin.actions.take import action_context
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Edition, Target
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import Outgoing, frozen_message, leave_frozen
from tocsin.outbox.suppress import suppressed_among

log = logging.getLogger(__name__)


def notify_writers(hand_in: HandIn) -> int:
    """Leaves the mails, some hundreds at once; how many people are told. Safe to run twice: each mail has one key."""
    target, told = hand_in.target, 0
    if target is None or hand_in.handed_over_at is None:
        return 0
    for letters in in_order(hand_in):
        welcome = _who_may_be_told(letter.action for letter in letters)
        mails = [mail for action in welcome if (mail := _frozen(hand_in, target, action)) is not None]
        leave_frozen(mails)
        told += len(mails)
    HandIn.objects.filter(pk=hand_in.pk).update(notified_at=Now())
    return told


def _who_may_be_told(actions: Iterable[Action]) -> list[Action]:
    """Without those who asked for no more, and those whose mail comes back."""
    actions = list(actions)
    left = suppressed_among([bytes(one.email_digest) for one in actions], Kind.UPDATE, actions[0].campaign_id)
    return [action for action in actions if bytes(action.email_digest) not in left]


def _frozen(hand_in: HandIn, target: Target, action: Action) -> Message | None:
    """None where no mail can be made of what we have of somebody: that keeps nobody else from being told."""
    try:
        act: dict[str, Any] = vault().open(action.sealed, action_context(action.email_digest))
        return frozen_message(_mail(hand_in, target, action, act))
    except (CannotOpen, CannotBeMailed, KeyError) as error:
        log.warning("hand-in %s: no mail for action %s: %s", hand_in.pk, action.pk, type(error).__name__)
        return None


def _mail(hand_in: HandIn, target: Target, action: Action, act: dict[str, Any]) -> Outgoing:
    edition = frozen(action.edition_id)
    stop = unsubscribe_url(edition.pk, bytes(action.email_digest))
    with translation.override(edition.language):
        return Outgoing(
            key=f"handed-in:{hand_in.pk}:{action.pk}",
            kind=Kind.UPDATE,
            campaign_ref=action.campaign_id,
            sender_name=edition.words["brand"]["organisation"],
            to_name=full_name(act),
            to_address=str(act["email"]),
            subject=_("Your letter was handed in"),
            text=render_to_string(
                "actions/mails/handed_in/body.txt", _said(hand_in, target, action, act, edition) | {"stop": stop}
            ),
            language=edition.language,
            automatic=True,
            unsubscribe=stop,
        )


def _said(hand_in: HandIn, target: Target, action: Action, act: dict[str, Any], edition: Edition) -> dict[str, Any]:
    words = edition.words
    names = {said["id"]: said["name"] for said in words["targets"]}
    day = timezone.localtime(hand_in.handed_over_at)
    return {
        "name": str(act.get("given_name", "") or act.get("family_name", "")),
        "title": words["title"],
        "target": names.get(target.pk) or str(target.words(edition.language)) or target.name,
        "day": written(day, pgettext("a day in a letter, in Django's date format", "F j, Y")),
        "receipt_url": f"{settings.TOCSIN_BASE_URL.geturl().rstrip('/')}/receipt/{receipt_key(action.pk)}/",
        "brand": words["brand"],
    }
