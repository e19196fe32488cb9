"""Composes what we write to a supporter ourselves: thanks, a request to confirm, a request to choose a riding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from tocsin.actions.choose import choice_key
from tocsin.actions.confirm import confirm_key
from tocsin.actions.letters import full_name
from tocsin.actions.receipts import receipt_key
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, address_digest


def thanks(edition: Edition, action_id: int, act: Mapping[str, Any]) -> Outgoing:
    """The thank-you, with the key to the receipt. What the campaigner wrote knows one field, {name}."""
    words, name = edition.words["thanks"], first_name(act)
    return _mail(
        edition,
        act,
        key=f"thanks:{action_id}",
        kind=Kind.THANKS,
        subject=with_name(words["mail_subject"], name),
        text=with_name(words["mail_text"], name).strip(),
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


def with_name(text: str, name: str) -> str:
    """Where no name is known, neither is its blank: “Hello,” and not “Hello ,”."""
    return text.replace("{name}", name) if name else text.replace(" {name}", "").replace("{name}", "")


def base_url() -> str:
    return settings.TOCSIN_BASE_URL.geturl().rstrip("/")


# Stand in a rendered mail where its own text and links go. Nobody can guess them, so nobody can write them.
TEXT = f"text-{token_hex(16)}"
LINK, STOP = (f"https://{token_hex(16)}.invalid/" for _ in range(2))


@dataclass(frozen=True, slots=True)
class _Shell:
    """One kind of mail of one edition, rendered but for what differs from person to person.

    Rendering the two templates for each mail took a fifth of all that composing a letter takes.
    """

    plain_around: str
    html_around: str

    def plain(self, text: str, link: str, stop: str) -> str:
        return self.plain_around.replace(LINK, link).replace(STOP, stop).replace(TEXT, text).strip() + "\n"

    def html(self, html: str, link: str, stop: str) -> str:
        return self.html_around.replace(LINK, link).replace(STOP, stop).replace(f"<p>{TEXT}</p>", html)


def _shell(edition: Edition, kind: Kind) -> _Shell:
    """Remembered by the words' fingerprint, which never change."""
    key = (edition.sha256, edition.language, str(kind), base_url())
    if key not in _shells:
        if len(_shells) >= MOST_SHELLS:
            _shells.clear()
        _shells[key] = _rendered(edition, kind)
    return _shells[key]


def _rendered(edition: Edition, kind: Kind) -> _Shell:
    words = edition.words
    context = {
        "words": words,
        "brand": words["brand"],
        "language": edition.language,
        "text": TEXT,
        "link": LINK,
        "stop": STOP,
        "page_url": base_url() + words["page_path"],
    }
    template = f"actions/mails/{kind}/body"
    with translation.override(edition.language):
        return _Shell(render_to_string(f"{template}.txt", context), render_to_string(f"{template}.html", context))


MOST_SHELLS = 256
_shells: dict[tuple[str, str, str, str], _Shell] = {}


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
    shell = _shell(edition, kind)
    stop = unsubscribe_url(edition.pk, address_digest(str(act["email"])))
    return Outgoing(
        key=key,
        kind=kind,
        campaign_ref=edition.campaign_id,
        sender_name=words["brand"]["organisation"],
        to_name=full_name(act) if to_name is None else to_name,
        to_address=str(act["email"]),
        subject=subject,
        text=shell.plain(text, base_url() + link, stop),
        html=shell.html(linebreaks(text, autoescape=True), base_url() + link, stop),
        language=edition.language,
        automatic=True,
    )
