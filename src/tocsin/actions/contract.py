"""What a supporter may send: one posted form and one edition in, an accepted act or the errors out.

Pure: no database, no settings, no request. Limits are those of requirements B01–B52. Whatever is not asked by the
edition is ignored (B82). Messages are translated when they are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from tocsin.actions.letter_contract import read_letter
from tocsin.actions.question_contract import read_questions
from tocsin.actions.reading import TOO_LONG, Message, Offer, Posted, one_line, single
from tocsin.actions.reading import Problem as Problem
from tocsin.actions.way_contract import goes_by_postal_code, read_division, read_way
from tocsin.campaigns.words import ConsentWords, EditionWords, FieldWords
from tocsin.lib import plaintext
from tocsin.lib.emailaddress import NeedsAscii, NotAnAddress, ReachesNobody, read_address
from tocsin.lib.phone import NotAPhoneNumber, read_phone
from tocsin.lib.places import COUNTRIES, PROVINCES
from tocsin.lib.postalcode import WITHOUT, NotAPostalCode, read_postal_code

LONGEST_NAME = 100
HONEYPOT = "homepage"
AS_TYPED = "email_as_typed"

REQUIRED: dict[str, Message] = {
    "given_name": _("Enter your first name."),
    "family_name": _("Enter your last name."),
    "email": _("Enter your e-mail address."),
    "postal_code": _("Enter your postal code."),
    "city": _("Enter your city."),
    "province": _("Choose your province or territory."),
    "country": _("Choose your country."),
    "phone": _("Enter your telephone number."),
}


def read(words: EditionWords, posted: Posted, files: Mapping[str, object] | None = None) -> Offer:
    """Everything the edition asks for, read from a posted form."""
    offer = Offer()
    spared = _spared(words, posted)
    for question in words["fields"]:
        _read_detail(offer, question, posted, files or {}, spared)
    if words["letter"]:
        read_letter(offer, words["letter"], posted, files or {})
        read_way(offer, words, posted)
        read_division(offer, words, posted)
    read_questions(offer, words.get("questions", ()), posted, files or {})
    offer.act["consents"] = {q["purpose"]: _read_consent(offer, q, posted) for q in words["consents"]}
    if any(str(value).strip() for value in posted.getlist(HONEYPOT)):
        offer.signs.append("honeypot")
    return offer


def _read_detail(
    offer: Offer, question: FieldWords, posted: Posted, files: Mapping[str, object], spared: Collection[str]
) -> None:
    name = question["kind"]
    raw = single(offer, name, posted, files)
    if raw is None:
        return
    if (value := one_line(offer, name, raw)) is None:
        return
    if value:
        _READERS[name](offer, name, value, posted)
    elif question["required"] and name not in spared:
        offer.refuse(name, REQUIRED[name])


def _spared(words: EditionWords, posted: Posted) -> set[str]:
    """What somebody need not answer, though it is asked: there are no postal codes where they live. Where the letter
    goes by it, it must be said all the same: there is no other way to whoever represents them."""
    return {"postal_code"} if _country(posted) in WITHOUT and not goes_by_postal_code(words) else set()


def _country(posted: Posted) -> str:
    return next((str(value) for value in posted.getlist("country") if value), "CA")


def _read_name(offer: Offer, name: str, value: str, _posted: Posted) -> None:
    if len(value) > LONGEST_NAME:
        offer.refuse(name, TOO_LONG, limit=LONGEST_NAME)
    elif plaintext.holds_web_address(value):
        offer.refuse(name, _("Leave web addresses out of this."))
    elif plaintext.looks_like_formula(value):
        offer.refuse(name, _("Begin this with a letter."))
    else:
        offer.act[name] = value


def _read_email(offer: Offer, name: str, value: str, posted: Posted) -> None:
    try:
        address = read_address(value)
    except NeedsAscii:
        offer.refuse(name, _("Mail cannot be sent to letters with accents before the @. Enter another e-mail address."))
        return
    except ReachesNobody:
        offer.refuse(name, _("Mail to this address reaches nobody: its domain is kept for tests. Enter your own."))
        return
    except NotAnAddress:
        offer.refuse(name, _("Enter a whole e-mail address, like name@example.org."))
        return
    if (meant := address.probably_meant) and "yes" not in posted.getlist(AS_TYPED):
        offer.refuse(
            name, _("Did you mean %(meant)s? Correct it, or tick that it is right as you typed it."), meant=meant
        )
        return
    offer.email = address
    offer.act[name] = address.spelled


def _read_postal_code(offer: Offer, name: str, value: str, posted: Posted) -> None:
    country = _country(posted)
    try:
        offer.act[name] = read_postal_code(value, country)
    except NotAPostalCode:
        if country == "CA":
            offer.refuse(name, _("Enter a Canadian postal code, like K1A 0A6."))
        else:
            offer.refuse(name, _("Enter the postal code as it is written in your country."))


def _read_province(offer: Offer, name: str, value: str, _posted: Posted) -> None:
    if value in PROVINCES:
        offer.act[name] = value
    else:
        offer.refuse(name, _("Choose a province or territory from the list."))


def _read_country(offer: Offer, name: str, value: str, _posted: Posted) -> None:
    if value in COUNTRIES:
        offer.act[name] = value
    else:
        offer.refuse(name, _("Choose a country from the list."))


def _read_phone(offer: Offer, name: str, value: str, posted: Posted) -> None:
    try:
        offer.act[name] = read_phone(value, _country(posted))
    except NotAPhoneNumber:
        offer.refuse(name, _("Enter a telephone number with its area code, like 514 555-0000."))


_READERS = {
    "given_name": _read_name,
    "family_name": _read_name,
    "city": _read_name,
    "email": _read_email,
    "postal_code": _read_postal_code,
    "province": _read_province,
    "country": _read_country,
    "phone": _read_phone,
}


def _read_consent(offer: Offer, question: ConsentWords, posted: Posted) -> bool | None:
    """True, False, or None where a yes/no was left open (which is refused: it has no default)."""
    name = f"consent_{question['purpose']}"
    answers = {str(value) for value in posted.getlist(name)}
    if question["control"] == "box":
        return bool(answers & {"yes", "on"})
    if answers in ({"yes"}, {"no"}):
        return answers == {"yes"}
    offer.refuse(name, _("Choose yes or no."))
    return None
