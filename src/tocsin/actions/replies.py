"""A mail came in. What a person answered to a letter goes on to whoever wrote the letter; the rest is the outbox's.

The answer is noted and its forwarding left in one transaction: both or neither, and once, however often the same mail
is brought. What people wrote is quoted as text, and the mail itself goes along as a file. None of it is kept elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.letters import full_name, via
from tocsin.actions.models import Action, Letter
from tocsin.actions.take import action_context
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.plaintext import one_line
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.events import note_event
from tocsin.outbox.inbound.reply import Reply
from tocsin.outbox.inbound.route import LARGEST, Fate, Routed, route
from tocsin.outbox.models import Event, Kind
from tocsin.outbox.post import Attachment, Outgoing, frozen_message, leave, leave_frozen

MOST_QUOTED = 20_000
log = logging.getLogger(__name__)


def take_mail(raw: bytes, recipients: Sequence[str] = ()) -> Fate:
    """Does what follows of one mail that came in, and says what it was. The same mail twice is one.

    Only an error of the database is raised: then nothing was done, and the mail is to be brought again.
    """
    routed = route(raw, recipients)
    if routed.fate is Fate.REPLY:
        _pass_on(routed, raw)
    elif routed.fate is Fate.FOR_STAFF and settings.TOCSIN_CONTACT:
        leave([_to_staff(routed, raw)])
    log.info("a mail came in: %s", routed.fate)
    return routed.fate


def _pass_on(routed: Routed, raw: bytes) -> None:
    message, reply = routed.message, routed.reply
    assert message is not None and reply is not None  # noqa: S101, PT018  (what REPLY means)
    letter = Letter.objects.select_related("action__edition", "target").filter(message=message).first()
    mail = _to_supporter(letter, routed.event_id, reply, raw) if letter else None
    frozen = [frozen_message(mail)] if mail else []  # sealed before the transaction that others wait for
    with transaction.atomic():
        if note_event(message, Event.Kind.REPLIED, "reply", routed.event_id) and frozen:
            leave_frozen(frozen)


def _to_supporter(letter: Letter, event_id: str, reply: Reply, raw: bytes) -> Outgoing | None:
    """The answer as a mail to whoever wrote the letter, or None where they are forgotten."""
    act, edition = _act(letter.action), letter.action.edition
    if not act.get("email"):
        return None
    organisation = edition.words["brand"]["organisation"]
    with translation.override(edition.language):
        words = letter.target.words(edition.language)
        target = str(words) or letter.target.name
        return Outgoing(
            key=f"forward:{event_id}",
            kind=Kind.FORWARD,
            campaign_ref=edition.campaign_id,
            sender_name=via(words.person or words.office or letter.target.name, organisation),
            to_name=full_name(act),
            to_address=str(act["email"]),
            subject=reply.subject or _("An answer to your letter"),
            text=_text(reply, target, organisation, whole=len(raw) <= LARGEST),
            language=edition.language,
            automatic=True,
            attachments=_whole(raw),
        )


def _act(action: Action) -> dict[str, Any]:
    try:
        return dict(vault().open(action.sealed, action_context(action.email_digest)))
    except (CannotOpen, TypeError, ValueError):
        return {}


def _text(reply: Reply, target: str, organisation: str, *, whole: bool) -> str:
    lines = [
        _("An answer came to the letter that you sent to %(target)s through %(organisation)s.")
        % {"target": target, "organisation": organisation},
        "",
        _("From: %(sender)s") % {"sender": _sender(reply)},
        *([_("Date: %(date)s") % {"date": reply.date}] if reply.date else []),
        "",
        *(f"> {line}".rstrip() for line in reply.text[:MOST_QUOTED].splitlines()),
        "",
        _("The whole answer is in the attached file.") if whole else _("The answer was too large to be attached."),
    ]
    if reply.sender:
        lines.append(
            _("To write back, write to %(address)s. An answer to this mail reaches %(organisation)s only.")
            % {"address": one_line(reply.sender), "organisation": organisation}
        )
    return "\n".join(lines) + "\n"


def _sender(reply: Reply) -> str:
    return one_line(f"{reply.sender_name} <{reply.sender}>" if reply.sender_name else reply.sender)


def _to_staff(routed: Routed, raw: bytes) -> Outgoing:
    """A person wrote to our own address: about a thank-you, or about anything."""
    reply = routed.reply
    assert reply is not None  # noqa: S101  (what FOR_STAFF means)
    return Outgoing(
        key=f"forward:{routed.event_id}",
        kind=Kind.STAFF,
        campaign_ref=routed.message.campaign_ref if routed.message else None,
        sender_name=via(reply.sender_name, settings.WAGTAIL_SITE_NAME),
        to_name="",
        to_address=settings.TOCSIN_CONTACT,
        subject=reply.subject,
        text="\n".join((_("From: %(sender)s") % {"sender": _sender(reply)}, "", reply.text[:MOST_QUOTED], "")),
        language=settings.LANGUAGE_CODE,
        reply_to=_answerable(reply.sender),
        automatic=True,
        attachments=_whole(raw),
    )


def _answerable(address: str) -> str:
    """The address, if mail can be sent there."""
    try:
        return read_address(address).spelled
    except NotAnAddress:
        return ""


def _whole(raw: bytes) -> tuple[Attachment, ...]:
    return (Attachment("reply.eml", "message/rfc822", raw),) if len(raw) <= LARGEST else ()
