"""What a supporter may send: one posted form and one edition in, an accepted act or the errors out.

Pure: no database, no settings, no request. Limits are those of requirements B01–B52. Whatever is not asked by the
edition is ignored (B82). Messages are translated when they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.words import ConsentWords, EditionWords, FieldWords, LetterWords
from tocsin.lib import plaintext
from tocsin.lib.emailaddress import EmailAddress, NeedsAscii, NotAnAddress, read_address
from tocsin.lib.phone import NotAPhoneNumber, read_phone
from tocsin.lib.places import COUNTRIES, PROVINCES
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code

LONGEST_NAME = 100
LONGEST_SUBJECT = 150
LONGEST_LETTER = 8000
HONEYPOT = "homepage"
AS_TYPED = "email_as_typed"

type Message = str | Promise


class Posted(Protocol):
    """A posted form: what Django's QueryDict and a dict of lists can both be."""

    def getlist(self, key: str) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: where, and a sentence that says what is wrong and what to do."""

    field: str
    message: Message
    params: Mapping[str, object] = with_default(default_factory=dict)

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text


@dataclass(slots=True)
class Offer:
    """What came in. `act` is what will be sealed; it is complete only if there are no `problems`."""

    act: dict[str, Any] = with_default(default_factory=dict)
    email: EmailAddress | None = None
    problems: list[Problem] = with_default(default_factory=list)
    signs: list[str] = with_default(default_factory=list)

    def refuse(self, name: str, message: Message, **params: object) -> None:
        self.problems.append(Problem(name, message, params))


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
TWICE = _("This was sent more than once. Enter it one time.")
NO_FILES = _("A file cannot be sent here. Write your answer instead.")
LINE_BREAK = _("This must be on one line. Remove the line break.")
CONTROL = _("This has characters that cannot be printed. Type it again.")


def read(words: EditionWords, posted: Posted, files: Mapping[str, object] | None = None) -> Offer:
    """Everything the edition asks for, read from a posted form."""
    offer = Offer()
    for question in words["fields"]:
        _read_detail(offer, question, posted, files or {})
    if words["letter"]:
        _read_letter(offer, words["letter"], posted, files or {})
    offer.act["consents"] = {q["purpose"]: _read_consent(offer, q, posted) for q in words["consents"]}
    if any(str(value).strip() for value in posted.getlist(HONEYPOT)):
        offer.signs.append("honeypot")
    return offer


def _single(offer: Offer, name: str, posted: Posted, files: Mapping[str, object]) -> str | None:
    """The one value of a field, or None after saying why there is none to read."""
    values = posted.getlist(name)
    if name in files:
        offer.refuse(name, NO_FILES)
        return None
    if len(values) > 1:
        offer.refuse(name, TWICE)
        return None
    return str(values[0]) if values else ""


def _read_detail(offer: Offer, question: FieldWords, posted: Posted, files: Mapping[str, object]) -> None:
    name = question["kind"]
    raw = _single(offer, name, posted, files)
    if raw is None:
        return
    if plaintext.has_line_break(raw.strip()):
        offer.refuse(name, LINE_BREAK)
    elif plaintext.has_control(raw):
        offer.refuse(name, CONTROL)
    elif value := plaintext.one_line(raw):
        _READERS[name](offer, name, value, posted)
    elif question["required"]:
        offer.refuse(name, REQUIRED[name])


def _read_name(offer: Offer, name: str, value: str, _posted: Posted) -> None:
    if len(value) > LONGEST_NAME:
        offer.refuse(name, _("Shorten this to %(limit)d characters."), limit=LONGEST_NAME)
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
    country = next((str(v) for v in posted.getlist("country") if v), "CA")
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
    country = next((str(v) for v in posted.getlist("country") if v), "CA")
    try:
        offer.act[name] = read_phone(value, country)
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


def _read_letter(offer: Offer, letter: LetterWords, posted: Posted, files: Mapping[str, object]) -> None:
    """Subject and text. A locked letter is the edition's own, whatever was posted."""
    if letter["mode"] == "locked":
        offer.act |= {"subject": letter["subject"], "text": letter["text"], "own_words": False}
        return
    _read_subject(offer, letter, posted, files)
    _read_text(offer, letter, posted, files)


def _read_subject(offer: Offer, letter: LetterWords, posted: Posted, files: Mapping[str, object]) -> None:
    raw = _single(offer, "subject", posted, files)
    if raw is None:
        return
    if plaintext.has_line_break(raw.strip()):
        offer.refuse("subject", LINE_BREAK)
    elif plaintext.has_control(raw):
        offer.refuse("subject", CONTROL)
    elif len(raw) > LONGEST_SUBJECT:
        offer.refuse("subject", _("Shorten the subject to %(limit)d characters."), limit=LONGEST_SUBJECT)
    else:
        offer.act["subject"] = plaintext.one_line(raw) or letter["subject"]


def _read_text(offer: Offer, letter: LetterWords, posted: Posted, files: Mapping[str, object]) -> None:
    raw = _single(offer, "text", posted, files)
    if raw is None:
        return
    text = plaintext.many_lines(raw)
    if "\0" in raw:
        offer.refuse("text", CONTROL)
    elif len(text) > LONGEST_LETTER:
        offer.refuse(
            "text",
            _("Your letter has %(length)d characters. Shorten it to %(limit)d."),
            length=len(text),
            limit=LONGEST_LETTER,
        )
    elif not any(character.isalpha() for character in text):
        offer.refuse("text", _("Write your letter. It cannot be sent empty."))
    else:
        offer.act |= {"text": text, "own_words": _squeezed(text) != _squeezed(letter["text"])}


def _squeezed(text: str) -> str:
    return " ".join(text.split())


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
