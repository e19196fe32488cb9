"""Composes what leaves for one action: a letter to each target, and a thank-you to whoever wrote.

The supporter's words are data: they are put beside the campaigner's text and never go through a template. What the
campaigner wrote knows one field, {name}, and it is resolved here, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.receipts import receipt_key
from tocsin.campaigns.models import Edition, ReplyTo, Target
from tocsin.campaigns.words import EditionWords, TargetSaid
from tocsin.lib.places import country_name, provinces_in
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing


class TargetIsGone(Exception):
    """A target that the edition names is no longer there, so its letter has no address."""


@dataclass(frozen=True, slots=True)
class Composed:
    """One mail to leave; `target_id` is set where it is a letter."""

    mail: Outgoing
    target_id: int | None = None


def compose(edition: Edition, action_id: int, act: dict[str, Any], targets: dict[int, Target]) -> list[Composed]:
    """Everything that leaves for one action, in the edition's language. `targets` are the rows by number.

    Raises TargetIsGone.
    """
    with translation.override(edition.language):
        letters = [_letter(edition, action_id, act, said, targets) for said in edition.words["targets"]]
        return [*(letters if edition.words["letter"] else []), Composed(_thanks(edition, action_id, act))]


def full_name(act: dict[str, Any]) -> str:
    """The supporter's name as they gave it; some people have only one."""
    return " ".join(part for part in (act.get("given_name", ""), act.get("family_name", "")) if part)


def _letter(
    edition: Edition, action_id: int, act: dict[str, Any], said: TargetSaid, targets: dict[int, Target]
) -> Composed:
    target = targets.get(said["id"])
    if target is None:
        raise TargetIsGone(f"target {said['id']}")
    words, name = edition.words, full_name(act)
    answerable = edition.campaign.reply_to == ReplyTo.SUPPORTER
    mail = Outgoing(
        key=f"letter:{action_id}:{target.pk}",
        kind=Kind.LETTER,
        campaign_ref=edition.campaign_id,
        sender_name=via(name, words["brand"]["organisation"]),
        to_name=said["name"],
        to_address=target.email,
        subject=str(act.get("subject", "")),
        text=letter_text(
            words, said["greeting"], act, reference=f"{edition.campaign_id}-{action_id}", reply=answerable
        ),
        language=edition.language,
        reply_to=str(act["email"]) if answerable else "",
    )
    return Composed(mail, target.pk)


def via(name: str, organisation: str) -> str:
    """The name beside our own address: it says who wrote and who carries it, and claims to be nobody else."""
    if not name:
        return organisation
    return _("%(name)s via %(organisation)s") % {"name": name, "organisation": organisation}


def letter_text(words: EditionWords, greeting: str, act: dict[str, Any], *, reference: str, reply: bool) -> str:
    """The whole letter as it leaves: greeting, their words, closing, who they are, and one line on who carried it."""
    letter = words["letter"]
    closing = letter["closing"] if letter else ""
    signature = "\n".join(line for line in (closing, full_name(act), *whereabouts(act, words["language"])) if line)
    if reply:
        signature += f"\n{act['email']}"
    return f"{greeting}\n\n{act.get('text', '')}\n\n{signature}\n\n-- \n{_carried_by(words, reference)}\n"


def whereabouts(act: dict[str, Any], language: str) -> list[str]:
    """Where the writer lives, as far as they were asked: how an office knows a constituent."""
    province = act.get("province", "")
    names = dict(provinces_in(language))
    place = ", ".join(
        part for part in (act.get("city", ""), names.get(province, "") if province != "--" else "") if part
    )
    country = act.get("country", "")
    elsewhere = country_name(country, language) if country and country != "CA" else ""
    return [line for line in (place, act.get("postal_code", ""), elsewhere) if line]


def _carried_by(words: EditionWords, reference: str) -> str:
    brand = words["brand"]
    sentence = _("Sent through %(organisation)s at the request of the person named above.") % {
        "organisation": brand["organisation"]
    }
    contact = " · ".join(part for part in (brand["postal_address"].replace("\n", ", "), brand["contact"]) if part)
    return "\n".join(line for line in (sentence, contact, _("Reference: %(number)s") % {"number": reference}) if line)


def _thanks(edition: Edition, action_id: int, act: dict[str, Any]) -> Outgoing:
    words = edition.words
    base = settings.TOCSIN_BASE_URL.geturl().rstrip("/")
    name = str(act.get("given_name", "") or act.get("family_name", ""))
    context = {
        "words": words,
        "brand": words["brand"],
        "language": edition.language,
        "text": words["thanks"]["mail_text"].replace("{name}", name).strip(),
        "receipt_url": f"{base}/receipt/{receipt_key(action_id)}/",
        "page_url": base + words["page_path"],
    }
    return Outgoing(
        key=f"thanks:{action_id}",
        kind=Kind.THANKS,
        campaign_ref=edition.campaign_id,
        sender_name=words["brand"]["organisation"],
        to_name=full_name(act),
        to_address=str(act["email"]),
        subject=words["thanks"]["mail_subject"].replace("{name}", name),
        text=render_to_string("actions/mails/thanks/body.txt", context).strip() + "\n",
        html=render_to_string("actions/mails/thanks/body.html", context),
        language=edition.language,
        automatic=True,
    )
