"""One mail a day or a week with all letters, for a target whose office asked for that.

Its time is the target's own morning, on a working day; a weekly one leaves on the first working day of the week that
has letters. What a digest is for is in its key, so two workers make one. The letters in it share its fate.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.actions.handin.documents import CSV_COLUMNS, book, csv_rows
from tocsin.actions.handin.read import Read, read_letter
from tocsin.actions.handin.typeset import typeset
from tocsin.actions.handin.wording import editions_of, other_words_signed, spoken_to
from tocsin.actions.letters import pace_of
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.lib.csvlines import csv_lines
from tocsin.outbox.carried import carry
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import Attachment, Outgoing, frozen_message, leave_frozen
from tocsin.outbox.states import State

HOUR_OF_THE_MORNING = 8
# Some 3 MB as a book: more than that many a mail server refuses. The rest follows in a second mail.
MOST_IN_A_MAIL = 300
MIMETYPES = {"pdf": "application/pdf", "html": "text/html", "csv": "text/csv"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The letters of one campaign that wait for one target's next mail, opened."""

    campaign: Campaign
    target: Target
    edition: Edition
    letters: list[Read]
    messages: list[int]


def send_digests() -> int:
    """Makes every digest whose time has come; how many mails were left. Safe to run as often as one likes."""
    return sum(_send(target, campaign) for target, campaign in _due(timezone.now()))


def period(target: Target, now: datetime) -> str:
    """What the next digest is for ("2026-11-24", "2026-W48"), or empty while it is too early for one."""
    there = now.astimezone(ZoneInfo(target.time_zone))
    if there.hour < HOUR_OF_THE_MORNING or there.isoweekday() > 5:
        return ""
    return f"{there:%G-W%V}" if target.mode == Target.Mode.WEEKLY else f"{there:%Y-%m-%d}"


def _due(now: datetime) -> Iterator[tuple[Target, Campaign]]:
    modes, active = [Target.Mode.DAILY, Target.Mode.WEEKLY], Target.Status.ACTIVE
    waiting = Target.objects.filter(mode__in=modes, status=active, paused=False)
    for target in waiting.exclude(email=""):
        if period(target, now):
            ids = _free(target).values_list("message__campaign_ref", flat=True).distinct()
            # Only real letters are gathered: while a campaign is in test mode they wait.
            for campaign in Campaign.objects.filter(pk__in=list(ids), letters_paused=False, test_address=""):
                yield target, campaign


def _free(target: Target) -> QuerySet[Letter]:
    return Letter.objects.filter(
        message__target_ref=target.pk,
        message__gathered=True,
        message__carrier=None,
        message__state=State.WAITING,
        hand_in=None,
    )


def _send(target: Target, campaign: Campaign) -> int:
    """All that waits, in as many mails as it needs. What comes after the first of them waits for the next time."""
    what_for = f"digest:{target.pk}:{campaign.pk}:{period(target, timezone.now())}"
    if Message.objects.filter(key=f"{what_for}:1").exists():
        return 0
    for number in count(1):
        gathered = _gather(target, campaign)
        if gathered is None or not _leave(gathered, f"{what_for}:{number}"):
            return number - 1
    return 0


def _leave(gathered: Gathered, key: str) -> bool:
    """Whether it was left. One that cannot be made holds up no other."""
    try:
        _leave_whole(gathered, frozen_message(_mail(gathered, key)))
    except _SomebodyWasFaster:
        return False
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # What went wrong may hold what people wrote, so only its class is told.
        log.error("the digest for target %s: %s", gathered.target.pk, type(error).__name__)  # noqa: TRY400
        return False
    return True


@transaction.atomic
def _leave_whole(gathered: Gathered, message: Message) -> None:
    """With exactly the letters that are in it. While it was being set, another worker may have made it, or somebody may
    have stopped a letter: then nothing is left."""
    number = leave_frozen([message])[message.key]
    ours = Message.objects.filter(pk=number, ref=message.ref).exists()
    if not ours or carry(gathered.messages, number) != len(gathered.messages):
        raise _SomebodyWasFaster


class _SomebodyWasFaster(Exception):
    """Nothing of this attempt is kept."""


def _gather(target: Target, campaign: Campaign) -> Gathered | None:
    editions = editions_of(campaign)
    edition = spoken_to(target, editions)
    rows = _free(target).filter(message__campaign_ref=campaign.pk).select_related("action", "message")
    read = [
        (found, letter.message_id) for letter in rows.order_by("pk")[:MOST_IN_A_MAIL] if (found := read_letter(letter))
    ]
    if edition is None or not read:
        return None
    numbered = [replace(found, number=number) for number, (found, _message) in enumerate(read, start=1)]
    return Gathered(campaign, target, edition, numbered, [message for _found, message in read])


def _mail(gathered: Gathered, key: str) -> Outgoing:
    words, target = gathered.edition.words, gathered.target
    organisation = words["brand"]["organisation"]
    said = target.words(target.language)
    with translation.override(target.language):
        return Outgoing(
            key=key,
            kind=Kind.DIGEST,
            campaign_ref=gathered.campaign.pk,
            sender_name=organisation,
            to_name=str(said) or target.name,
            to_address=target.email,
            subject=_("%(letters)s: %(title)s") % {"letters": _letters(len(gathered.letters)), "title": words["title"]},
            text=_text(gathered, said.greeting),
            language=target.language,
            target_ref=target.pk,
            pace=pace_of(target),
            attachments=_attachments(gathered, organisation),
        )


def _letters(number: int) -> str:
    return ngettext("%(number)d letter", "%(number)d letters", number) % {"number": number}


def _text(gathered: Gathered, greeting: str) -> str:
    words, brand = gathered.edition.words, gathered.edition.words["brand"]
    own = sum(letter.own_words for letter in gathered.letters)
    parts = [
        greeting,
        ngettext(
            "%(number)d person wrote to you about “%(title)s”. The letter is attached, with its writer's name and "
            "place.",
            "%(number)d people wrote to you about “%(title)s”. Their letters are attached, each with its writer's name "
            "and place.",
            len(gathered.letters),
        )
        % {"number": len(gathered.letters), "title": words["title"]},
        _other_words(gathered) or _("What they ask: %(demand)s") % {"demand": words["demand"]},
        ngettext("%(number)d of them wrote in their own words.", "%(number)d of them wrote in their own words.", own)
        % {"number": own},
        _("You get them in one mail because your office asked for it. To have them otherwise, answer this mail."),
        "\n".join(part for part in (brand["organisation"], brand["postal_address"], brand["contact"]) if part),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _other_words(gathered: Gathered) -> str:
    return other_words_signed(Counter(letter.edition_id for letter in gathered.letters), editions_of(gathered.campaign))


def _attachments(gathered: Gathered, organisation: str) -> tuple[Attachment, ...]:
    words, language = gathered.edition.words, gathered.target.language
    name, data = typeset(book(words["title"], organisation, language, gathered.letters, volume=1))
    table = b"".join(csv_lines([CSV_COLUMNS, *csv_rows(gathered.letters)], for_spreadsheet=True))
    return (
        Attachment(name, MIMETYPES[name.rpartition(".")[2]], data),
        Attachment("letters.csv", MIMETYPES["csv"], table),
    )
