"""The columns that other programs expect of a mailing list. One more program: one more entry, and a line of docs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.supporters.models import Consent


@dataclass(frozen=True, slots=True)
class Agreed:
    """One person whose consent to a purpose is current."""

    supporter: int
    language: str
    details: dict[str, Any]
    consent: Consent
    purpose: str

    def said(self, name: str) -> str:
        return str(self.details.get(name) or "")


type Cell = Callable[[Agreed], Any]


@dataclass(frozen=True, slots=True)
class Preset:
    label: str | Promise
    cells: dict[str, Cell]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.cells)

    def row(self, agreed: Agreed) -> tuple[Any, ...]:
        return tuple(cell(agreed) for cell in self.cells.values())


def _detail(name: str) -> Cell:
    return lambda agreed: agreed.said(name)


def _always(value: str) -> Cell:
    return lambda _agreed: value


def _tag(agreed: Agreed) -> str:
    return f"Tocsin {agreed.purpose}"


def _address(agreed: Agreed) -> str:
    """Mailchimp wants an address in one cell, its parts two blanks apart; the street is not asked for here."""
    parts = (agreed.said(name) for name in ("city", "province", "postal_code", "country"))
    return "  ".join(part for part in parts if part)


EMAIL, GIVEN, FAMILY, PHONE = _detail("email"), _detail("given_name"), _detail("family_name"), _detail("phone")
CITY, PROVINCE, POSTAL = _detail("city"), _detail("province"), _detail("postal_code")
COUNTRY: Cell = _detail("country")


def _language(agreed: Agreed) -> str:
    return agreed.language


def _civicrm_language(agreed: Agreed) -> str:
    """CiviCRM names languages with their country."""
    return {"en": "en_CA", "fr": "fr_CA"}.get(agreed.language, agreed.language)


PRESETS: dict[str, Preset] = {
    "": Preset(
        _("All that is known of the consent"),
        {
            "supporter": lambda agreed: agreed.supporter,
            "email": EMAIL,
            "given_name": GIVEN,
            "family_name": FAMILY,
            "phone": PHONE,
            "city": CITY,
            "province": PROVINCE,
            "postal_code": POSTAL,
            "country": COUNTRY,
            "language": _language,
            "purpose": lambda agreed: agreed.purpose,
            "basis": lambda agreed: agreed.consent.basis,
            "agreed_at": lambda agreed: agreed.consent.given_at,
            "expires_at": lambda agreed: agreed.consent.expires_at,
            "method": lambda agreed: agreed.consent.method,
            "source": lambda agreed: agreed.consent.source or agreed.consent.page_url,
            "wording": lambda agreed: agreed.consent.wording.text if agreed.consent.wording else "",
        },
    ),
    "engaging_networks": Preset(
        "Engaging Networks",
        {
            "Email Address": EMAIL,
            "First Name": GIVEN,
            "Last Name": FAMILY,
            "City": CITY,
            "Region": PROVINCE,
            "Postcode": POSTAL,
            "Country": COUNTRY,
            "Phone Number": PHONE,
            "Language": _language,
            "Email Opt In": _always("Y"),
        },
    ),
    "action_network": Preset(
        "Action Network",
        {
            "email": EMAIL,
            "first_name": GIVEN,
            "last_name": FAMILY,
            "city": CITY,
            "state": PROVINCE,
            "zip_code": POSTAL,
            "country": COUNTRY,
            "phone": PHONE,
            "language": _language,
            "tags": _tag,
        },
    ),
    "civicrm": Preset(
        "CiviCRM",
        {
            "External Identifier": lambda agreed: f"tocsin-{agreed.supporter}",
            "First Name": GIVEN,
            "Last Name": FAMILY,
            "Email": EMAIL,
            "Phone": PHONE,
            "City": CITY,
            "State": PROVINCE,
            "Postal Code": POSTAL,
            "Country": COUNTRY,
            "Preferred Language": _civicrm_language,
            "No Bulk Emails (User Opt Out)": _always("0"),
        },
    ),
    "mailchimp": Preset(
        "Mailchimp",
        {
            "Email Address": EMAIL,
            "First Name": GIVEN,
            "Last Name": FAMILY,
            "Phone Number": PHONE,
            "Address": _address,
            "Language": _language,
            "Tags": _tag,
        },
    ),
}
