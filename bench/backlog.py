"""Puts work into an installation for its worker: accepted acts, or letters that wait in the outbox. Runs in the
environment of that installation.

python -m bench.backlog acts|letters HOW_MANY
"""

from __future__ import annotations

import pkgutil
import sys
from typing import Any

import django
from django.apps import apps
from django.db import transaction

from bench.load import letter

AT_ONCE = 1000
DOMAINS = ["gc.example.ca", "parl.example.ca", "example.org", "example.net", "mail.example"]


def main() -> None:
    django.setup()
    {"acts": acts, "letters": letters}[sys.argv[1]](int(sys.argv[2]))


def acts(many: int) -> None:
    """Acts as they are after screening, each of another person: a letter and a thank-you follow of each."""
    take = pkgutil.resolve_name("tocsin.actions.take")
    vault = pkgutil.resolve_name("tocsin.lib.vault:vault")()
    action = apps.get_model("actions", "Action")
    edition = _edition()

    def row(number: int) -> Any:
        email = f"jane.{number}@{DOMAINS[number % len(DOMAINS)]}"
        digest = vault.digest(email)
        act = {
            "given_name": "Jane", "family_name": "Doe", "email": email, "postal_code": "K1A 0A6", "city": "Ottawa",
            "province": "ON", "country": "CA", "consents": {"news": True}, "own_words": bool(number % 2),
            "subject": "End the Safe Third Country Agreement", "text": letter(),
        }  # fmt: skip
        sealed = vault.seal(act, take.action_context(digest))
        return action(
            campaign_id=edition.campaign_id,
            edition_id=edition.pk,
            email_digest=digest,
            sealed=sealed,
            source={},
            signs=[],
            state="counted",
        )

    for first in range(0, many, AT_ONCE):
        with transaction.atomic():
            action.objects.bulk_create(row(number) for number in range(first, min(many, first + AT_ONCE)))


def letters(many: int) -> None:
    """Letters as they wait for their server: to 50 offices, of one campaign."""
    post = pkgutil.resolve_name("tocsin.outbox.post")
    edition = _edition()

    def mail(number: int) -> Any:
        target = number % 50
        return post.Outgoing(
            key=f"backlog:{number}",
            kind="letter",
            campaign_ref=edition.campaign_id,
            target_ref=1_000_000 + target,
            sender_name="Jane Doe via Fair Hearing",
            to_name="The Honourable Jane Doe",
            to_address=f"office{target}@{DOMAINS[target % len(DOMAINS)]}",
            subject="End the Safe Third Country Agreement",
            text=letter(),
            language="en",
            reply_to=f"jane.{number}@example.org",
        )

    for first in range(0, many, AT_ONCE):
        with transaction.atomic():
            post.leave(mail(number) for number in range(first, min(many, first + AT_ONCE)))


def _edition() -> Any:
    editions = apps.get_model("campaigns", "Edition").objects.filter(campaign__slug="safe-third-country")
    return editions.filter(language="en").latest("number")


if __name__ == "__main__":
    main()
