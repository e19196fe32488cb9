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


class NotAnAddress(ValueError):
    """This is not an e-mail address that mail can be sent to."""


class NeedsAscii(NotAnAddress):
    """The part before the @ has letters that most mail servers cannot carry."""


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


def read_address(text: str) -> EmailAddress:
    """The address in `text`. Domains of other scripts become punycode. NotAnAddress or NeedsAscii if it is none."""
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


def _why_not(text: str) -> NotAnAddress:
    local = text.rpartition("@")[0]
    return NotAnAddress() if not local or local.isascii() else NeedsAscii()


def _canonical(local: str, domain: str) -> str:
    """One person, one spelling: lower case, no +tag, and for providers that ignore them, no dots (B26, B29, B30)."""
    base = local.lower().partition("+")[0] or local.lower()
    if domain in DOTLESS:
        return base.replace(".", "") + "@" + DOTLESS[domain]
    return f"{base}@{domain}"
