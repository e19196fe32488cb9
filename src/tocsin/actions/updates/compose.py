"""Composes the copies of an update: its words in one language, made once, with one person's name and way out put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, linebreaks, urlize

from tocsin.actions.letters import full_name
from tocsin.actions.mails import first_name, with_name
from tocsin.actions.updates.models import Update
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing

# Stand in a rendered mail for what differs from person to person. Nobody can guess them, so nobody can write them.
TEXT, NAME, STOP = f"text-{token_hex(16)}", f"name-{token_hex(16)}", f"https://{token_hex(16)}.invalid/"


@dataclass(frozen=True)
class Wording:
    """An update in the language and the brand of one edition."""

    update: Update
    edition: Edition

    @property
    def said(self) -> dict[str, str]:
        said: dict[str, str] = self.update.words[self.edition.language]
        return said

    def subject(self, name: str) -> str:
        return with_name(self.said["subject"], name)

    def text(self, name: str, stop: str) -> str:
        return self._plain.replace(STOP, stop).replace(TEXT, with_name(self.said["text"], name).strip()).strip() + "\n"

    def html(self, name: str, stop: str) -> str:
        """Addresses become links before the name is put in: a name that looks like one stays a name."""
        words = with_name(self._html, "{name}" if name else "")
        return words.replace("{name}", escape(name)).replace(STOP, stop)

    @cached_property
    def _plain(self) -> str:
        return self._rendered("txt")

    @cached_property
    def _html(self) -> str:
        words = linebreaks(urlize(self.said["text"].strip(), autoescape=True), autoescape=False)
        return self._rendered("html").replace(f"<p>{TEXT}</p>", words)

    def _rendered(self, ending: str) -> str:
        words = self.edition.words
        context = {
            "words": words,
            "brand": words["brand"],
            "language": self.edition.language,
            "text": TEXT,
            "stop": STOP,
            "agreed": self.update.audience != Update.Audience.ACTED,
        }
        with translation.override(self.edition.language):
            return render_to_string(f"actions/mails/update/body.{ending}", context)


def copy_for(wording: Wording, act: Mapping[str, Any], *, key: str, stop: str) -> Outgoing:
    """The copy of one person. No machine answers it: whoever writes back writes to us."""
    update, name = wording.update, first_name(act)
    return Outgoing(
        key=key,
        kind=Kind.UPDATE,
        campaign_ref=update.campaign_id,
        sender_name=wording.edition.words["brand"]["organisation"],
        to_name=full_name(act),
        to_address=str(act["email"]),
        subject=wording.subject(name),
        text=wording.text(name, stop),
        html=wording.html(name, stop),
        language=wording.edition.language,
        pace_key=update.bucket,
        unsubscribe=stop,
    )
