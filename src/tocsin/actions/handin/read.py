"""Opens a kit's letters: the very text that a server would have taken, and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

from tocsin.actions.letters import full_name
from tocsin.actions.models import Letter
from tocsin.actions.take import action_context
from tocsin.campaigns.editions import frozen
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Message
from tocsin.outbox.post import SealIsBroken, open_mail


@dataclass(frozen=True, slots=True)
class Read:
    """One letter, open. `text` is the whole of it; `offered` is the part that its writer could have changed."""

    number: int
    reference: str
    ref: str
    sha256: str
    language: str
    edition_id: int
    own_words: bool
    name: str
    city: str
    province: str
    postal_code: str
    country: str
    signed_at: datetime
    text: str
    offered: str

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.city, self.province, self.postal_code) if part and part != "--")

    @property
    def common(self) -> str:
        """The letter down to where its writer's name begins: what those who changed nothing all sent."""
        before, found, _ = self.text.partition(self.offered) if self.offered else ("", "", "")
        return before + found if found else self.offered or self.text


def read_letter(letter: Letter) -> Read | None:
    """None where the key that sealed it is gone, or its bytes are not what they were."""
    action = letter.action
    try:
        act: dict[str, Any] = vault().open(action.sealed, action_context(action.email_digest))
        text = text_of(letter.message)
    except (CannotOpen, SealIsBroken):
        return None
    return Read(
        number=letter.number or 0,
        reference=f"{action.campaign_id}-{action.pk}",
        ref=letter.message.ref,
        sha256=letter.message.sha256,
        language=frozen(action.edition_id).language,
        edition_id=action.edition_id,
        own_words=letter.own_words or any(act.get("prompts") or []),
        name=full_name(act),
        city=str(act.get("city", "")),
        province=str(act.get("province", "")),
        postal_code=str(act.get("postal_code", "")),
        country=str(act.get("country", "")),
        signed_at=action.accepted_at,
        text=text,
        offered=_lines(str(act.get("text", ""))).strip(),
    )


def text_of(message: Message) -> str:
    """The plain text of the mail's exact bytes."""
    mail = message_from_bytes(open_mail(message).data)
    part = next((part for part in mail.walk() if part.get_content_type() == "text/plain"), mail)
    return _lines(_decoded(part)).strip()


def _decoded(part: Mail) -> str:
    data = part.get_payload(decode=True)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
