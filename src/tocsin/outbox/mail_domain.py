"""What the DNS says of the domain of our mail: who may send for it (SPF), what is done with forgeries (DMARC).

Looked up by the worker, once an hour, of our own domain alone; told before publishing.

Of DKIM nothing is told: its record stands under a name that only whoever signs knows.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from tocsin.lib.emailaddress import is_nobodys
from tocsin.outbox.models import MailDomain

LOOK_EVERY = timedelta(hours=1)
LONGEST_LOOK = 8.0
LONGEST_RECORD = 1000
SPF, DMARC = re.compile(r"v=spf1(?:\s|$)", re.IGNORECASE), re.compile(r"v=DMARC1\s*(?:;|$)", re.IGNORECASE)
LETS_EVERYBODY = re.compile(r"\s\+?all\s*$", re.IGNORECASE)


class Trouble(StrEnum):
    """What keeps mail from being believed."""

    NOT_LOOKED_UP = "not_looked_up"
    NO_SPF = "no_spf"
    SEVERAL_SPF = "several_spf"
    OPEN_SPF = "open_spf"
    NO_DMARC = "no_dmarc"


def sender_domain() -> str:
    """Where mail comes from, as its reader sees it: DMARC is asked of it."""
    return settings.TOCSIN_MAIL_FROM.rpartition("@")[2].lower()


def return_domain() -> str:
    """Where mail would come back to: SPF is asked of it."""
    return settings.TOCSIN_BOUNCE_DOMAIN.lower() or sender_domain()


def sends_from_a_domain() -> bool:
    return settings.TOCSIN_MAIL_URL.scheme != "mailbox" and not is_nobodys(sender_domain())


def look_at_mail_domain() -> int:
    """Looks, if the last look is an hour ago; 1 where it did. What cannot be looked up leaves what was known."""
    if not sends_from_a_domain():
        return 0
    known = MailDomain.objects.filter(domain=sender_domain()).first()
    if known and known.returns_to == return_domain() and timezone.now() - known.tried_at < LOOK_EVERY:
        return 0
    spf, dmarc = _records(return_domain(), SPF), _dmarc(sender_domain())
    told = {} if spf is None or dmarc is None else {"spf": spf, "dmarc": dmarc, "looked_at": Now()}
    rest = {"returns_to": return_domain(), "tried_at": Now(), **told}
    MailDomain.objects.update_or_create(domain=sender_domain(), defaults=rest)
    return 1


def troubles_of_mail_domain() -> list[Trouble]:
    """What is known to be wrong with the records; nothing where all is well."""
    known = MailDomain.objects.filter(domain=sender_domain(), returns_to=return_domain()).first()
    if known is None or known.looked_at is None:
        return [Trouble.NOT_LOOKED_UP]
    return judge(known.spf, known.dmarc)


def judge(spf: list[str], dmarc: list[str]) -> list[Trouble]:
    """Pure: what the records come to. Two of SPF count as none (RFC 7208, 4.5)."""
    found = []
    if not spf:
        found.append(Trouble.NO_SPF)
    elif len(spf) > 1:
        found.append(Trouble.SEVERAL_SPF)
    elif LETS_EVERYBODY.search(spf[0]):
        found.append(Trouble.OPEN_SPF)
    return found if dmarc else [*found, Trouble.NO_DMARC]


def _dmarc(domain: str) -> list[str] | None:
    """Of the domain, or else of the one above it, and so on: the walk of DMARCbis. Never of a whole country."""
    labels = domain.split(".")
    for at in range(max(1, len(labels) - 1)):
        found = _records("_dmarc." + ".".join(labels[at:]), DMARC)
        if found is None or found:
            return found
    return []


def _records(name: str, kind: re.Pattern[str]) -> list[str] | None:
    """The records of this kind under a name; None where nobody could say."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=LONGEST_LOOK, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException:
        return None
    texts = [b"".join(row.strings).decode("utf-8", "replace").replace("\0", "") for row in answer]
    return [text[:LONGEST_RECORD] for text in texts if kind.match(text)]


def _resolver() -> Resolver:
    return Resolver()
