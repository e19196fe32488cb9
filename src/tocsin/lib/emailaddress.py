"""E-mail addresses: read strictly, written as typed, and known by one canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

# One mailbox, several spellings: these providers ignore dots in the local part.
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}

# What fingers type for the providers that most people use (requirements B31).
LOOKALIKES = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmal.com": "gmail.com", "gnail.com": "gmail.com",
    "gamil.com": "gmail.com", "gmail.co": "gmail.com", "gmail.con": "gmail.com", "gmail.cm": "gmail.com",
    "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmil.com": "hotmail.com",
    "hotmail.con": "hotmail.com", "hotmail.co": "hotmail.com", "outlok.com": "outlook.com",
    "outlook.con": "outlook.com", "yaho.com": "yahoo.com", "yahooo.com": "yahoo.com", "yahoo.con": "yahoo.com",
    "yhoo.com": "yahoo.com", "iclod.com": "icloud.com", "icloud.con": "icloud.com",
    "videotron.com": "videotron.ca", "sympatico.com": "sympatico.ca",
}  # fmt: skip

# Nine in ten addresses are plain, and the library takes twenty times as long to say so: what matches here it would
# accept too (a property test holds the two together); whatever does not match is its to judge.
PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+){0,8}@"
    r"(?:[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,20})?\.){1,4}(?:ca|com|org|net|fr|edu|uk|de|info)"
)
LONGEST = 200

# Kept for examples and tests (RFC 2606, RFC 6761): no mail server takes anything for them, or from them.
NOBODYS = ("example", "example.org", "example.com", "example.net", "invalid", "test", "localhost")
# What people type where they have no address. Some of these are somebody's, so it is a doubt and no more.
PLACEHOLDER_DOMAIN = re.compile(r"(example|exemple|domain|domaine|yourdomain|email|courriel)\.[a-z]{2,3}")
PLACEHOLDERS = {"example", "exemple", "test", "noreply", "no-reply", "nepasrepondre", "name", "nom", "xxx", "unknown"}


class NotAnAddress(ValueError):
    """This is not an e-mail address that mail can be sent to."""


class NeedsAscii(NotAnAddress):
    """The part before the @ has letters that most mail servers cannot carry."""


class ReachesNobody(NotAnAddress):
    """Its domain is one that is kept for tests."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`spelled` is where mail goes; `canonical` is who the person is."""

    spelled: str
    canonical: str
    domain: str

    @property
    def probably_meant(self) -> str | None:
        """The address with its likely typing error mended, or None if there is none that we know."""
        meant = LOOKALIKES.get(self.domain)
        return self.spelled.rpartition("@")[0] + "@" + meant if meant else None

    @property
    def reaches_nobody(self) -> bool:
        return is_nobodys(self.domain)

    @property
    def looks_like_placeholder(self) -> bool:
        """What somebody may have typed for want of an address, or a real one: whoever knows the person can tell."""
        local = self.spelled.rpartition("@")[0].lower()
        return local in PLACEHOLDERS or bool(PLACEHOLDER_DOMAIN.fullmatch(self.domain))


def read_address(text: str) -> EmailAddress:
    """The address in `text`. Domains of other scripts become punycode. Raises NotAnAddress."""
    text = text.strip()
    if PLAIN.fullmatch(text) and len(text) <= LONGEST:
        local, _, domain = text.rpartition("@")
        domain = domain.lower()
        return EmailAddress(f"{local}@{domain}", _canonical(local, domain), domain)
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise _why_not(text) from None
    domain = (found.ascii_domain or found.domain).lower()
    return EmailAddress(f"{found.local_part}@{domain}", _canonical(found.local_part, domain), domain)


def is_nobodys(domain: str) -> bool:
    domain = domain.lower().rstrip(".")
    return domain in NOBODYS or domain.endswith(tuple(f".{name}" for name in NOBODYS))


def _why_not(text: str) -> NotAnAddress:
    local, _, domain = text.rpartition("@")
    if local and is_nobodys(domain):
        return ReachesNobody()
    return NotAnAddress() if not local or local.isascii() else NeedsAscii()


def _canonical(local: str, domain: str) -> str:
    """One person, one spelling: lower case, no +tag, and for providers that ignore them, no dots (B26, B29, B30)."""
    base = local.lower().partition("+")[0] or local.lower()
    if domain in DOTLESS:
        return base.replace(".", "") + "@" + DOTLESS[domain]
    return f"{base}@{domain}"
