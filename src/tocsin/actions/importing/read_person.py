"""Reads one row of a file as a person who agreed to something, and says in a sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tocsin.campaigns.import_rows import Wrong, address_in, doubt_about
from tocsin.campaigns.targeting.names import plain_name
from tocsin.lib import plaintext
from tocsin.lib.emailaddress import EmailAddress
from tocsin.lib.phone import NotAPhoneNumber, read_phone
from tocsin.lib.places import COUNTRIES, PROVINCES
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code
from tocsin.lib.vault import vault
from tocsin.supporters.models import Consent

LONGEST = 100
# Before it, nobody was asked for a consent that counts today: a year that was mistyped, or a spreadsheet's zero.
FIRST_YEAR = 1990
# Implied consent ends two years after the gift, or whatever it came from (requirements L5).
IMPLIED_FOR = timedelta(days=730)
LANGUAGES = {"en": "en", "english": "en", "anglais": "en", "enca": "en", "fr": "fr", "french": "fr", "francais": "fr"}
LANGUAGES |= {"frca": "fr", "frfr": "fr", "enus": "en", "engb": "en"}
_PROVINCES = {plain_name(name): code for code, names in PROVINCES.items() for name in (code, *names)}
_COUNTRIES = {"canada": "CA", "unitedstates": "US", "etatsunis": "US", "usa": "US", "unitedkingdom": "GB"}


class WrongRow(ValueError):
    """This row cannot be a supporter. Its text is a sentence for whoever mends the file."""


class Mistyped(WrongRow):
    """Its address is probably another one. Whoever knows the person can say that it is right as it is typed."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the whole file is about: asked for before anything is imported."""

    purpose: str
    basis: str
    wording: str
    controller: str
    source: str
    language: str
    agreed_on: date | None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Agreement:
        """As an import's row keeps it."""
        words = {name: str(said.get(name) or "") for name in cls.__dataclass_fields__ if name != "agreed_on"}
        return cls(**words, agreed_on=parse_date(str(said.get("agreed_on") or "")))


@dataclass(frozen=True, slots=True)
class FilePerson:
    """A row as a person: `digest` stands for them, `details` are sealed as they stand; `remark` is for staff.
    `mistyped`: the address looks so, and is taken as it is typed."""

    digest: bytes
    details: dict[str, str]
    language: str
    agreed_at: datetime
    expires_at: datetime | None
    remark: str = ""
    mistyped: bool = False


def read_person(cells: Mapping[str, str], agreement: Agreement, *, as_typed: bool = False) -> FilePerson:
    """What the cells, by the field that their column means, say of a person. Raises WrongRow; where an address looks
    mistyped, Mistyped, unless all are to be taken as they are typed."""
    cells = {name: _unprotected(cell) for name, cell in cells.items()}
    email = _email(cells.get("email", ""), as_typed=as_typed)
    agreed_at, expires_at = _agreed(cells.get("agreed_on", ""), agreement)
    details = {"email": email.spelled, **_names(cells), **_where(cells)}
    return FilePerson(
        digest=vault().digest(email.canonical),
        details={name: value for name, value in details.items() if value},
        language=LANGUAGES.get(plain_name(cells.get("language", "")), agreement.language),
        agreed_at=agreed_at,
        expires_at=expires_at,
        remark=_mistyped(email) or doubt_about(email),
        mistyped=email.probably_meant is not None,
    )


def _unprotected(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from reckoning: our own files have it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _email(cell: str, *, as_typed: bool) -> EmailAddress:
    if not cell:
        raise WrongRow(_("This row has no e-mail address."))
    try:
        found = address_in(cell)
    except Wrong as wrong:
        raise WrongRow(str(wrong)) from None
    if not as_typed and (said := _mistyped(found)):
        raise Mistyped(said)
    return found


def _mistyped(email: EmailAddress) -> str:
    """What is probably meant; empty where there is no doubt."""
    if not (meant := email.probably_meant):
        return ""
    return _("“%(address)s” is probably mistyped: %(meant)s?") % {"address": email.spelled, "meant": meant}


def _agreed(cell: str, agreement: Agreement) -> tuple[datetime, datetime | None]:
    """The moment, at noon where only the day is known; and when it ends, where it is implied."""
    day = _day(cell) if cell else agreement.agreed_on
    if day is None:
        raise WrongRow(_("This row does not say on which day they agreed, and the file as a whole does not either."))
    if day > timezone.localdate():
        raise WrongRow(_("The day on which they agreed is still to come."))
    # Not after this moment: a no that is said now must come after it.
    at = min(datetime.combine(day, time(12), UTC), timezone.now())
    if agreement.basis != Consent.Basis.IMPLIED:
        return at, None
    if at + IMPLIED_FOR <= timezone.now():
        raise WrongRow(_("This implied consent is over: it ended two years after the day given."))
    return at, at + IMPLIED_FOR


def _day(cell: str) -> date:
    """Only as 2026-11-23: 03/04/2026 is two days, and the wrong one would make a proof worthless."""
    try:
        found = parse_date(cell[:10])
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year < 2100:
        raise WrongRow(_("“%(day)s” is no day that can be read. Write it like 2026-11-23.") % {"day": cell[:40]})
    return found


def _names(cells: Mapping[str, str]) -> dict[str, str]:
    given, family = cells.get("given_name", ""), cells.get("family_name", "")
    if not given and not family:
        given, _blank, family = cells.get("name", "").strip().rpartition(" ")
    return {"given_name": _checked(given), "family_name": _checked(family)}


def _checked(name: str) -> str:
    """A name as the public form takes it."""
    name = plaintext.one_line(plaintext.CONTROLS.sub("", name))
    if len(name) > LONGEST:
        raise WrongRow(_("“%(beginning)s…” is too long for a name.") % {"beginning": name[:30]})
    if plaintext.holds_web_address(name):
        raise WrongRow(_("A name in this row holds a web address."))
    return name


def _where(cells: Mapping[str, str]) -> dict[str, str]:
    """What cannot be read is left out: a person is not refused for their postal code."""
    country = _country(cells.get("country", ""))
    found = {"city": plaintext.one_line(cells.get("city", ""))[:LONGEST], "country": country}
    province = plain_name(cells.get("province", ""))
    found["province"] = _PROVINCES.get(province, "") if province else ""
    try:
        found["postal_code"] = read_postal_code(cells.get("postal_code", ""), country or "CA")
    except NotAPostalCode:
        found["postal_code"] = ""
    try:
        found["phone"] = read_phone(cells["phone"], country or "CA") if cells.get("phone") else ""
    except NotAPhoneNumber:
        found["phone"] = ""
    return found


def _country(cell: str) -> str:
    code = cell.strip().upper()
    return code if code in COUNTRIES else _COUNTRIES.get(plain_name(cell), "")
