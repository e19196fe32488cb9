"""Composes letters: what a supporter wrote, between the lines that the campaigner locked, to each who gets it.

The supporter's words are data: they are put beside the campaigner's and never go through a template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.addressees import Addressee
from tocsin.campaigns.models import Campaign, Edition, ReplyTo, Target
from tocsin.campaigns.offers import text_offered
from tocsin.campaigns.variants import attributes_of, variant_for
from tocsin.campaigns.words import EditionWords, LetterWords, VariantWords
from tocsin.lib.merging import resolved
from tocsin.lib.places import country_name, provinces_in
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, Pace


@dataclass(frozen=True, slots=True)
class Composed:
    """One letter to leave, and to whom."""

    mail: Outgoing
    target_id: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter between greeting and signature: the campaigner's locked lines, resolved, around what the supporter
    wrote. Header and closing may be empty."""

    header: str
    body: str
    closing: str


def compose_letters(
    edition: Edition, action_id: int, act: Mapping[str, Any], addressees: Sequence[Addressee], again: str = ""
) -> list[Composed]:
    """A letter to each who gets one, in the edition's language. `again` makes a further letter to the same target."""
    with translation.override(edition.language):
        wanted = [(one, sheet) for one in addressees if (sheet := sheet_for(edition.words, act, one)) is not None]
        return [Composed(_mail(edition, action_id, act, one, sheet, again), one.target.pk) for one, sheet in wanted]


def sheet_for(words: EditionWords, act: Mapping[str, Any], addressee: Addressee | None = None) -> Sheet | None:
    """The letter to this addressee, or None where a rule says that they get no letter. Without an addressee, it is the
    one to somebody of whom nothing is known yet."""
    letter = words["letter"]
    variant = variant_of(letter, addressee)
    if letter is None or (variant and variant["excluded"]):
        return None
    header = (variant and variant["header"]) or letter.get("header", "")
    closing = (variant and variant["closing"]) or letter["closing"] or (addressee.closing if addressee else "")
    values = values_of(act, addressee)
    return Sheet(resolved(header, values), woven(act, _text(letter, variant, act)), resolved(closing, values))


def variant_of(letter: LetterWords | None, addressee: Addressee | None) -> VariantWords | None:
    if letter is None or addressee is None or not letter.get("variants"):
        return None
    return variant_for(letter, attributes_of(addressee.target, match=addressee.match))


def _text(letter: LetterWords, variant: VariantWords | None, act: Mapping[str, Any]) -> str:
    """Their own text; or, if they left it as it was offered, the one that is meant for this target."""
    if variant and variant["text"] and not act.get("own_words"):
        return text_offered(letter, int(act.get("offer", 0)), variant["text"])
    return str(act.get("text", ""))


def values_of(act: Mapping[str, Any], addressee: Addressee | None) -> dict[str, str]:
    """What each field stands for in this letter."""
    return {
        "name": full_name(act),
        "city": str(act.get("city", "")),
        "postal_code": str(act.get("postal_code", "")),
        "riding": addressee.target.division_name if addressee else "",
        "target": addressee.name if addressee else "",
        "office": addressee.office if addressee else "",
    }


def full_name(act: Mapping[str, Any]) -> str:
    """The supporter's name as they gave it; some people have only one."""
    return " ".join(part for part in (act.get("given_name", ""), act.get("family_name", "")) if part)


def _mail(  # noqa: PLR0913, PLR0917  (a letter has this many sides)
    edition: Edition, action_id: int, act: Mapping[str, Any], addressee: Addressee, sheet: Sheet, again: str
) -> Outgoing:
    campaign, target = edition.campaign, addressee.target
    organisation = edition.words["brand"]["organisation"]
    answerable, hand_in = campaign.reply_to == ReplyTo.SUPPORTER, target.mode == Target.Mode.HAND_IN
    text = letter_text(
        edition.words,
        addressee.greeting,
        act,
        reference=f"{edition.campaign_id}-{action_id}",
        reply=answerable,
        sheet=sheet,
    )
    mail = Outgoing(
        key=":".join(part for part in ("letter", str(action_id), str(target.pk), again) if part),
        kind=Kind.LETTER,
        campaign_ref=edition.campaign_id,
        sender_name=via(full_name(act), organisation),
        to_name=addressee.name,
        # One whose letters are handed in may have no address: what never leaves is addressed to ourselves.
        to_address=target.email or settings.TOCSIN_MAIL_FROM,
        subject=str(act.get("subject", "")),
        text=text,
        language=edition.language,
        reply_to=str(act["email"]) if answerable else "",
        reply_alias=campaign.reply_to == ReplyTo.ALIAS,
        held=campaign.letters_held or not target.in_office or not (target.email or hand_in),
        gathered=target.mode != Target.Mode.EACH,
        target_ref=target.pk,
        pace=pace_of(target),
    )
    return as_a_test(mail, campaign) if campaign.test_address else mail


def as_a_test(mail: Outgoing, campaign: Campaign) -> Outgoing:
    """The same letter to the campaign's test address. What is frozen so can never reach a target."""
    note = _("This is a test. The letter would go to: %(target)s") % {"target": f"{mail.to_name} <{mail.to_address}>"}
    return Outgoing(
        key=mail.key,
        kind=mail.kind,
        campaign_ref=mail.campaign_ref,
        sender_name=mail.sender_name,
        to_name="",
        to_address=campaign.test_address,
        subject=_("[Test] %(subject)s") % {"subject": mail.subject},
        text=f"{note}\n\n{mail.text}",
        language=mail.language,
        reply_to=mail.reply_to,
        held=campaign.letters_held,
    )


def pace_of(target: Target) -> Pace:
    """As the outbox understands it: no limit by day where none is set; none by night means none."""
    return Pace(target.per_hour_by_day or None, target.per_hour_by_night, target.time_zone)


def via(name: str, organisation: str) -> str:
    """The name beside our own address: it says who wrote and who carries it, and claims to be nobody else."""
    if not name:
        return organisation
    return _("%(name)s via %(organisation)s") % {"name": name, "organisation": organisation}


def letter_text(  # noqa: PLR0913  (a letter has this many parts)
    words: EditionWords,
    greeting: str,
    act: Mapping[str, Any],
    *,
    reference: str,
    reply: bool,
    sheet: Sheet | None = None,
) -> str:
    """The whole letter as it leaves: greeting, locked header, their words, closing, who they are, and who carried it.

    Without a `sheet`, it is the letter to somebody of whom nothing is known.
    """
    sheet = sheet or sheet_for(words, act) or Sheet("", woven(act, str(act.get("text", ""))), "")
    signature = "\n".join(
        line for line in (sheet.closing, full_name(act), *whereabouts(act, words["language"])) if line
    )
    if reply:
        signature += f"\n{act['email']}"
    carried_by = f"-- \n{_carried_by(words, reference)}"
    parts = (greeting, sheet.header, sheet.body, signature, carried_by)
    return "\n\n".join(part for part in parts if part) + "\n"


def woven(act: Mapping[str, Any], text: str) -> str:
    """What the supporter wrote, with their answers to the page's questions as paragraphs after the first: an office
    reads the top of a letter, and there stands what only this person could say."""
    answers = [answer for answer in act.get("prompts", ()) if answer]
    if not answers:
        return text
    first, _gap, rest = text.partition("\n\n")
    return "\n\n".join(part for part in (first, *answers, rest) if part)


def whereabouts(act: Mapping[str, Any], language: str) -> list[str]:
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
