"""Reads one row of a file as a target: what each cell means, and, in a sentence, what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tocsin.campaigns.forms_of_address import OFFICE, OFFICE_KINDS
from tocsin.campaigns.models import Target, TargetWords
from tocsin.campaigns.targeting.names import is_division, plain_name
from tocsin.campaigns.targeting.who import plain_answer
from tocsin.lib.csvlines import BEGIN_A_FORMULA
from tocsin.lib.emailaddress import EmailAddress, NotAnAddress, ReachesNobody, is_nobodys, read_address
from tocsin.lib.places import PROVINCES

NO_ANSWER = {"na", "none", "nil", "tbd", "tba", "aucun", "aucune", "inconnu", "avenir", ""}
GENDERS = {"f": "f", "female": "f", "woman": "f", "femme": "f", "m": "m", "male": "m", "man": "m", "homme": "m"}
LANGUAGES = {"en": "en", "english": "en", "anglais": "en", "fr": "fr", "french": "fr", "francais": "fr"}
OFFICES = {
    "mp": "mp",
    "depute": "mp",
    "senator": "senator",
    "senateur": "senator",
    "mayor": "mayor",
    "maire": "mayor",
} | (dict.fromkeys(("mpp", "mna", "mla", "mha"), "provincial_member"))
HONOURABLE = {"hon", "honourable", "honorable", "thehonourable", "thehon", "lhon", "lhonorable"}
RIGHT_HONOURABLE = {"righthon", "righthonourable", "therighthon", "therighthonourable", "treshon", "treshonorable"}
MISTER, MADAM = {"mr", "m", "monsieur"}, {"ms", "mrs", "miss", "mme", "mlle", "madam", "madame"}
WORDS = ("style", "office", "organisation", "salutation")
LONGEST_ANSWER = 80
OF_NOBODY = re.compile(r"[A-Za-z0-9_.+-]{1,64}@([A-Za-z0-9.-]{1,120})")
# What only a new target takes from a file: how it is written to is steered at the desk, for every campaign at once.
ONLY_OF_NEW_ONES = ("mode", "per_hour_by_day", "per_hour_by_night", "time_zone", "status")


class Wrong(ValueError):
    """This row cannot be a target. Its text is a sentence for whoever mends the file."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row as a target: the fields that the file says something about, by name, and words by "en.office".

    `match` is the answer that leads to them; several stand in lines of their own. `first` is what a new target is
    besides, where the file does not say: never what an older one becomes. `remarks` are sentences on what to look at
    again: they stop nothing.
    """

    values: dict[str, str]
    match: str
    first: dict[str, Any]
    remarks: tuple[str, ...] = ()

    @property
    def matches(self) -> list[str]:
        return self.match.split("\n")


def read_row(cells: Mapping[str, str], defaults: Mapping[str, str], *, takes_placeholders: bool = False) -> Read:
    """What the cells, by the field that their column means, say of a target. Raises Wrong. `takes_placeholders`: an
    address that reaches nobody is remarked on, and taken: a campaign that is carried from one place to another is no
    list of unknown origin, and may be one to practise with."""
    cells = {name: _unprotected(cell) for name, cell in cells.items()}
    addresses = [
        _email(cell, takes_placeholders=takes_placeholders)
        for cell in (cells.get("email", ""), *cells.get("other_email", "").splitlines())
    ]
    first_one, *others = [address.spelled if address else "" for address in addresses]
    values = {
        "name": _name(cells),
        "email": first_one,
        "other_emails": "\n".join(filter(None, others)),
        "division": _division(cells.get("division", "")),
        "office_kind": _office_kind(cells.get("office_kind", "")),
        "language": _language(cells.get("language", "")),
        "gender": _gender(cells),
        **{name: cells.get(name, "") for name in ("division_name", "party", "phone", "postal_address", "external_id")},
    }
    values["name"] = values["name"] or cells.get("office_en") or cells.get("office_fr", "")
    is_office = (values["office_kind"] or defaults.get("office_kind")) == OFFICE
    values |= _words(cells, values, is_office=is_office)
    said = {name: value for name, value in values.items() if value}
    _check_lengths(said)
    remarks = tuple(remark for address in addresses if address and (remark := doubt_about(address)))
    first = {name: value for name, value in defaults.items() if value} | _first(cells)
    return Read(said, _match(cells.get("match", "")), first, remarks)


def _unprotected(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from reckoning: our own files have it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in BEGIN_A_FORMULA else cell


def _first(cells: Mapping[str, str]) -> dict[str, Any]:
    """How a new target is written to, where the file says so."""
    said: dict[str, Any] = {}
    for name in ONLY_OF_NEW_ONES:
        if cell := cells.get(name, ""):
            field = Target._meta.get_field(name)
            try:
                said[name] = field.clean(cell, None)  # type: ignore[union-attr]
            except ValidationError:
                raise Wrong(_not_so(str(getattr(field, "verbose_name", name)), cell)) from None
    return said


def _not_so(label: str, cell: str) -> str:
    return _("“%(value)s” cannot stand under “%(label)s”.") % {"value": cell[:80], "label": label}


def _name(cells: Mapping[str, str]) -> str:
    parts = " ".join(cells.get(part, "") for part in ("first_name", "last_name")).strip()
    return " ".join((cells.get("name") or parts).split())


def _email(cell: str, *, takes_placeholders: bool) -> EmailAddress | None:
    """The address, if there is one."""
    if plain_name(cell) in NO_ANSWER:
        return None
    nobodys = OF_NOBODY.fullmatch(cell) if takes_placeholders else None
    if nobodys and is_nobodys(nobodys[1]):
        return EmailAddress(cell, cell.lower(), nobodys[1].lower())
    return address_in(cell)


def address_in(cell: str) -> EmailAddress:
    """The address that a file's cell holds. Only what is certain to reach nobody is refused. Raises Wrong."""
    try:
        found = read_address(cell.removeprefix("mailto:"))
    except ReachesNobody:
        raise _placeholder(cell) from None
    except NotAnAddress:
        raise Wrong(_("“%(address)s” is no e-mail address.") % {"address": cell[:80]}) from None
    if found.reaches_nobody:
        raise _placeholder(found.spelled)
    return found


def _placeholder(address: str) -> Wrong:
    return Wrong(_("“%(address)s” is a placeholder: mail to it reaches nobody.") % {"address": address[:80]})


def doubt_about(address: EmailAddress) -> str:
    """A remark on an address that is taken as it stands; empty where there is none."""
    if address.reaches_nobody:
        return str(_placeholder(address.spelled))
    if not address.looks_like_placeholder:
        return ""
    return _("“%(address)s” looks like a placeholder: is it theirs?") % {"address": address.spelled}


def _division(cell: str) -> str:
    if cell and not is_division(cell):
        raise Wrong(
            _("“%(division)s” is no division like ocd-division/country:ca/ed:35075-2023.") % {"division": cell[:80]}
        )
    return cell


def _gender(cells: Mapping[str, str]) -> str:
    title = plain_name(cells.get("honorific", ""))
    said = GENDERS.get(plain_name(cells.get("gender", "")), "")
    return said or ("m" if title in MISTER else "f" if title in MADAM else "")


def _office_kind(cell: str) -> str:
    """By its own name, by what it is called in either language's lists, or as Represent says it."""
    known = {plain_name(kind): kind for kind, _label in OFFICE_KINDS}
    known |= {plain_name(str(label)): kind for kind, label in OFFICE_KINDS}
    return {**known, **OFFICES}.get(plain_name(cell), "")


def _language(cell: str) -> str:
    if cell and plain_name(cell) not in LANGUAGES:
        raise Wrong(_("“%(language)s” is no language that letters are written in here.") % {"language": cell[:80]})
    return LANGUAGES.get(plain_name(cell), "")


def _match(cell: str) -> str:
    """A province by its code, as the form sends it; everything else as it stands. Several answers, one in each line."""
    return "\n".join(map(_answer, cell.splitlines()))


def _answer(line: str) -> str:
    code = plain_answer(line).upper()
    if len(line) > LONGEST_ANSWER:
        raise _too_long(line, LONGEST_ANSWER)
    return code if code in PROVINCES else line


def _words(cells: Mapping[str, str], values: Mapping[str, str], *, is_office: bool) -> dict[str, str]:
    """Words of their own, where the file has any. A language that has some names the person too."""
    found: dict[str, str] = {}
    for language, _label in settings.LANGUAGES:
        said = {word: cells.get(f"{word}_{language}", "") for word in WORDS[1:]}
        said["style"] = cells.get(f"style_{language}") or _style(cells.get("honorific", ""), language, values["gender"])
        if f"person_{language}" in cells:
            said["person"] = cells[f"person_{language}"]
        elif any(said.values()):
            said["person"] = "" if is_office or not _name(cells) else values["name"]
        found |= {f"{language}.{word}": value for word, value in said.items()}
    return found


def _style(cell: str, language: str, gender: str) -> str:
    """The title as it stands before a name. Mr. and Ms. are a gender, not a style."""
    title = plain_name(cell)
    if title in MISTER | MADAM | {""}:
        return ""
    if title in HONOURABLE:
        return "L’honorable" if language == "fr" else "The Honourable"
    if title in RIGHT_HONOURABLE:
        french = {"f": "La très honorable", "m": "Le très honorable"}.get(gender, "")
        return french if language == "fr" else "The Right Honourable"
    return cell


def _check_lengths(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        language, _dot, word = name.rpartition(".")
        field = (TargetWords if language else Target)._meta.get_field(word)
        longest = getattr(field, "max_length", None)
        if longest and len(value) > longest:
            raise _too_long(value, longest)


def _too_long(value: str, longest: int) -> Wrong:
    said = _("“%(beginning)s…” is too long: there is room for %(longest)s characters.")
    return Wrong(said % {"beginning": value[:30], "longest": longest})
