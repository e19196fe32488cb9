"""A letter in each language before those who judge mail: signed by a relay, weighed by DMARC and by SpamAssassin."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.utils import parseaddr

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.test import Client

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.conftest import REQUIRED
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import open_mail

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SELECTOR = b"tocsin"
MOST_SPAM = 1.5
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def letter(client: Client, language: str) -> bytes:
    """The exact bytes that leave for one person's letter."""
    own_words = {
        "en": "My neighbours came here on foot in winter. They were turned back once.\n\nPlease hear them this time.",
        "fr": "Mes voisins sont arrivés à pied en plein hiver. On les a d’abord refoulés.\n\nÉcoutez-les, cette fois.",
    }
    campaign = a_campaign(slug=language)
    sign(client, an_edition(campaign, language), text=own_words[language], family_name="Éthier")
    follow_everything()
    return open_mail(Message.objects.get(kind=Kind.LETTER, campaign_ref=campaign.pk)).data


def domain_of(data: bytes) -> str:
    return parseaddr(message_from_bytes(data)["From"])[1].rpartition("@")[2]


def relayed(data: bytes) -> bytes:
    """What a relay makes of it that signs for the domain of our address, as docs/operators/mail.md sets one up."""
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    names = [b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type"]
    headers = [name for name in names if re.search(rb"^" + name + rb":", data, re.IGNORECASE | re.MULTILINE)]
    signature = dkim.sign(data, SELECTOR, domain_of(data).encode(), pem, include_headers=headers)
    received = b"Received: from us by relay.example with ESMTPS; Mon, 15 Jun 2026 12:00:00 +0000\r\n"
    return received + bytes(signature) + data


def passes_strict_dmarc(data: bytes) -> bool:
    """adkim=s: the signature must hold, and be of exactly the domain that stands in From."""
    spki = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(spki)
    wanted = f"{SELECTOR.decode()}._domainkey.{domain_of(data)}."

    def dns(name: str | bytes, timeout: int = 5) -> bytes | None:
        asked = name.decode() if isinstance(name, bytes) else name
        return record if asked.rstrip(".") == wanted.rstrip(".") else None

    return bool(dkim.verify(data, dnsfunc=dns))


def spam_score(data: bytes) -> float:
    """What can be told from the mail itself: nobody is asked."""
    judged = subprocess.run(
        ["spamassassin", "--local", "--test-mode"], input=data, capture_output=True, check=True, timeout=120
    )
    found = re.search(rb"^X-Spam-Status:.*?score=(-?[\d.]+)", judged.stdout, re.MULTILINE | re.DOTALL)
    assert found, judged.stdout[:500]
    return float(found[1])


SPAM = b"""From: "Dr. Doe" <a@b.example>\r
To: <c@d.example>\r
Subject: FREE VIAGRA!!! MAKE MONEY FAST $$$\r
\r
Buy VIAGRA now, 100% free, no prescription needed! Click here: http://1.2.3.4/click.exe\r
You have won 1,000,000 USD. Act now! To be removed from future mailings click here.\r
"""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_strict_judge_accepts_it(client: Client, language: str) -> None:
    data = letter(client, language)
    assert domain_of(data) == settings.TOCSIN_MAIL_FROM.rpartition("@")[2]
    signed = relayed(data)
    assert passes_strict_dmarc(signed)
    assert not passes_strict_dmarc(signed.replace(b"Subject: ", b"Subject: Re: ", 1))
    assert not passes_strict_dmarc(data)


def test_it_is_no_spam(client: Client) -> None:
    if not shutil.which("spamassassin"):
        if "spamassassin" in REQUIRED:
            pytest.fail("SpamAssassin is required here, but it is not installed.")
        pytest.skip("SpamAssassin is not installed")
    mails = [relayed(letter(client, "en")), relayed(letter(client, "fr")), SPAM]
    with ThreadPoolExecutor() as pool:  # it takes seconds to begin
        english, french, spam = pool.map(spam_score, mails)
    assert max(english, french) <= MOST_SPAM < spam
