"""What mail programs call a person's details: they put them into a link as they send it. Pure.

As the programs name them at first; an account may have other names, and the screen says so. What a program leaves
unfilled is ignored by the form (look/static/tocsin/public.js).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from tocsin.campaigns.words import FieldKind

TAGS: dict[str, dict[FieldKind, str]] = {
    "Mailchimp": {"given_name": "*|FNAME|*", "family_name": "*|LNAME|*", "email": "*|EMAIL|*"},
    "Engaging Networks": {
        "given_name": "{user_data~First Name}",
        "family_name": "{user_data~Last Name}",
        "email": "{user_data~Email Address}",
        "city": "{user_data~City}",
        "postal_code": "{user_data~Postal Code}",
    },
    "Action Network": {
        "given_name": "{{ given_name }}",
        "family_name": "{{ family_name }}",
        "email": "{{ email }}",
        "city": "{{ locality }}",
        "province": "{{ region }}",
        "postal_code": "{{ postal_code }}",
        "country": "{{ country }}",
    },
    "CiviCRM": {
        "given_name": "{contact.first_name}",
        "family_name": "{contact.last_name}",
        "email": "{contact.email_primary.email}",
        "city": "{contact.address_primary.city}",
        "province": "{contact.address_primary.state_province_id:abbr}",
        "postal_code": "{contact.address_primary.postal_code}",
        "country": "{contact.address_primary.country_id:label}",
    },
}


def link_from(address: str, source: str) -> str:
    """The address of a page, with where it is sent from."""
    return f"{address}?{urlencode({'source': source})}" if source else address


def links_for(address: str, source: str, asked: Sequence[str]) -> Mapping[str, str]:
    """By program: the same with the details that the page asks. The tags stand as they are, for the program to find."""
    return {program: f"{link_from(address, source)}#{_details(tags, asked)}" for program, tags in TAGS.items()}


def _details(tags: Mapping[FieldKind, str], asked: Sequence[str]) -> str:
    return "&".join(f"{kind}={tag}" for kind, tag in tags.items() if kind in asked)
