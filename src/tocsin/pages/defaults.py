"""What a page says where its campaigner has said nothing, in the page's language. Call with that language active.

Some of it fills a new page's edit screen (`first_words`), so that it is nearly ready; the rest is decided when the page
is published, because it depends on the campaign and on what the form asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.campaigns.models import Kind, ReplyTo, Targeting

ASKED_FIRST = [("given_name", True), ("family_name", True), ("email", True), ("city", False), ("postal_code", True)]


def first_words() -> dict[str, Any]:
    """The fields of a new action page that can be filled in before anything is known of its campaign."""
    return {
        "letter_closing": _("Yours sincerely,"),
        "thanks_headline": _("Thank you for acting"),
        "thanks_text": _(
            "<p>Your voice has been counted. One more thing would help: tell somebody who would want to act too.</p>"
        ),
        "mail_subject": _("Thank you for acting"),
        "mail_text": _(
            "Hello {name},\n\nThank you. What you sent has reached us and is counted. The link below leads to your own "
            "page, where you can see what has become of it."
        ),
        "details": [
            {"type": "detail", "value": {"kind": kind, "required": required, "label": "", "help": ""}}
            for kind, required in ASKED_FIRST
        ],
        "consents": [
            {
                "type": "consent",
                "value": {
                    "purpose": "news",
                    "text": _("Write to me by e-mail about this campaign and others. I can stop it at any time."),
                    "control": "box",
                },
            }
        ],
    }


def news_by(organisation: str) -> dict[str, Any]:
    """The same question of consent, with the name of who asks in it (requirement L1)."""
    text = _("%(organisation)s may write to me by e-mail about this campaign and others. I can stop it at any time.")
    value = {"purpose": "news", "text": text % {"organisation": organisation}, "control": "box"}
    return {"type": "consent", "value": value}


def label(kind: str) -> str:
    """What a detail is called on the form."""
    return {
        "given_name": _("First name"),
        "family_name": _("Last name"),
        "email": _("E-mail address"),
        "postal_code": _("Postal code"),
        "city": _("City or town"),
        "province": _("Province or territory"),
        "country": _("Country"),
        "phone": _("Telephone"),
    }[kind]


def letter_to_begin_with(demand: str) -> str:
    """A letter that can be sent as it stands, and is better once somebody has made it their own."""
    return _(
        "I am writing to you about something that matters to me.\n\n%(demand)s\n\n"
        "Please tell me what you will do, and by when."
    ) % {"demand": demand}


def petition_to_begin_with(demand: str) -> str:
    return _("We, who sign this, ask those who can decide:\n\n%(demand)s") % {"demand": demand}


def form_headline(kind: str) -> str:
    return _("Sign the petition") if kind == Kind.PETITION else _("Write your letter")


def button(kind: str) -> str:
    return _("Sign") if kind == Kind.PETITION else _("Send my letter")


def targets_said(targeting: str, matched_by: str) -> str:
    """Who gets the letter, where that depends on who writes."""
    if targeting == Targeting.POSTAL_CODE:
        return _("your member of Parliament")
    return {
        "province": _("whoever is responsible in your province or territory"),
        "country": _("whoever is responsible in your country"),
        "city": _("whoever is responsible in your city"),
    }[matched_by]


class Kept(NamedTuple):
    """For how long people's data are kept: after the campaign's end or, where it has none, after the act. Where the
    page asks whether it may write to people, those who agree stay longer."""

    months: int
    has_an_end: bool
    asks_to_write: bool


def data_note(
    kind: str, reply_to: str, asked: Iterable[str], *, questions: bool = False, kept: Kept | None = None
) -> str:
    """Who gets what, told before the button (requirement L8), from what the form really asks and where it goes."""
    note = [_who_gets_what(kind, reply_to, asked)]
    if kept:
        note.append(_how_long(kept))
    if questions:
        note.append(_("Your answers to our questions are for our own use and go to nobody else."))
    return " ".join(note)


def _how_long(kept: Kept) -> str:
    if kept.has_an_end:
        said = ngettext(
            "We remove it %(months)d month after the campaign has ended.",
            "We remove it %(months)d months after the campaign has ended.",
            kept.months,
        )
    else:
        said = ngettext(
            "We remove it %(months)d month after you have sent it.",
            "We remove it %(months)d months after you have sent it.",
            kept.months,
        )
    said %= {"months": kept.months}
    if not kept.asks_to_write:
        return said
    longer = _("If you agree to be written to, we keep who you are for as long as you do.")
    return f"{said} {longer}"


def _who_gets_what(kind: str, reply_to: str, asked: Iterable[str]) -> str:
    if kind == Kind.PETITION:
        return _(
            "Your name goes to those this petition is addressed to when it is handed over. Your e-mail address does "
            "not. We keep what you enter to count your signature and to thank you, and show it to nobody else."
        )
    shared = _listed(asked, with_email=reply_to == ReplyTo.SUPPORTER)
    return _(
        "Your letter goes to the office named above with your %(shared)s, so that they can see who writes "
        "and can answer. We keep what you enter to deliver your letter, to count it and to thank you, and show it to "
        "nobody else."
    ) % {"shared": shared}


def _listed(asked: Iterable[str], *, with_email: bool) -> str:
    """ "name, city and postal code": what stands under a letter."""
    asked = set(asked)
    parts = [_("name")]
    parts += [_("city")] if "city" in asked else []
    parts += [_("postal code")] if "postal_code" in asked else []
    parts += [_("e-mail address")] if with_email else []
    if len(parts) == 1:
        return parts[0]
    return _("%(some)s and %(last)s") % {"some": ", ".join(parts[:-1]), "last": parts[-1]}


def shared_words(title: str) -> str:
    """What somebody sends to a friend."""
    return _("I have just acted: %(title)s. Will you?") % {"title": title}
