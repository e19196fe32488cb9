"""Composes what we write to a supporter ourselves: thanks, a request to confirm, a request to choose a riding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.choose import choice_key
from tocsin.actions.confirm import confirm_key
from tocsin.actions.letters import full_name
from tocsin.actions.receipts import receipt_key
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing


def thanks(edition: Edition, action_id: int, act: Mapping[str, Any]) -> Outgoing:
    """The thank-you, with the key to the receipt. What the campaigner wrote knows one field, {name}."""
    words, name = edition.words["thanks"], first_name(act)
    return _mail(
        edition,
        act,
        key=f"thanks:{action_id}",
        kind=Kind.THANKS,
        subject=words["mail_subject"].replace("{name}", name),
        text=words["mail_text"].replace("{name}", name).strip(),
        link=f"/receipt/{receipt_key(action_id)}/",
    )


def request_to_confirm(edition: Edition, action_id: int, act: Mapping[str, Any], number: int) -> Outgoing:
    """The first or second request. Nothing that the person wrote stands in it: anybody may have typed this address."""
    with translation.override(edition.language):
        subject = _("Please confirm: %(title)s") % {"title": edition.words["title"]}
    return _mail(
        edition,
        act,
        key=f"confirm:{action_id}:{number}",
        kind=Kind.CONFIRM,
        subject=subject,
        link=f"/confirm/{confirm_key(action_id)}/",
        to_name="",
    )


def request_to_choose(edition: Edition, action_id: int, act: Mapping[str, Any], number: int) -> Outgoing:
    """Asks whose postal code lies in several ridings which of them is theirs."""
    with translation.override(edition.language):
        subject = _("One question before your letter leaves: %(title)s") % {"title": edition.words["title"]}
    return _mail(
        edition,
        act,
        key=f"choice:{action_id}:{number}",
        kind=Kind.CHOICE,
        subject=subject,
        link=f"/choose/{choice_key(action_id)}/",
    )


def first_name(act: Mapping[str, Any]) -> str:
    return str(act.get("given_name", "") or act.get("family_name", ""))


def base_url() -> str:
    return settings.TOCSIN_BASE_URL.geturl().rstrip("/")


def _mail(  # noqa: PLR0913  (a mail has this many parts)
    edition: Edition,
    act: Mapping[str, Any],
    *,
    key: str,
    kind: Kind,
    subject: str,
    link: str,
    text: str = "",
    to_name: str | None = None,
) -> Outgoing:
    words = edition.words
    context = {
        "words": words,
        "brand": words["brand"],
        "language": edition.language,
        "subject": subject,
        "text": text,
        "link": base_url() + link,
        "page_url": base_url() + words["page_path"],
        "way": act.get("way", "us"),
    }
    template = f"actions/mails/{kind}/body"
    with translation.override(edition.language):
        plain = render_to_string(f"{template}.txt", context).strip() + "\n"
        html = render_to_string(f"{template}.html", context)
    return Outgoing(
        key=key,
        kind=kind,
        campaign_ref=edition.campaign_id,
        sender_name=words["brand"]["organisation"],
        to_name=full_name(act) if to_name is None else to_name,
        to_address=str(act["email"]),
        subject=subject,
        text=plain,
        html=html,
        language=edition.language,
        automatic=True,
    )
