"""Why a letter that has not left does not leave just now, in sentences: what is paused, scheduled or missing,
and the pace of its office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import ceil

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.actions.letter_waits import WAITING, Kept, what_keeps
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Target
from tocsin.desk.templatetags.desk import moment
from tocsin.outbox.controls import goes_to_ourselves
from tocsin.outbox.decide import TAKEN_OUT
from tocsin.outbox.lanes import flow
from tocsin.outbox.leaving import last_leaves
from tocsin.outbox.models import Message
from tocsin.outbox.pace import per_hour
from tocsin.outbox.states import State


def why_it_waits(letter: Letter) -> list[str]:
    """None where nothing keeps it, or it is not here any more."""
    state = State(letter.message.state)
    if state == State.HELD:
        return list(_why_held(letter))
    if state not in WAITING:
        return []
    kept = what_keeps([letter]).get(letter.pk, Kept())
    said = [*_paused(kept, letter.message.domain), *_carried(letter), *_later(kept)]
    return said or list(_paced(letter.message.carrier or letter.message))


def _why_held(letter: Letter) -> Iterator[str]:
    if letter.message.last_words.startswith(TAKEN_OUT):
        yield _("Its action was taken out of the number. It can leave when that set is put back, under “Moderation”.")
    elif goes_to_ourselves(letter.message):
        yield _("Its target has no e-mail address. Write one into the target; then have its letters written anew.")
    elif not letter.target.in_office:
        yield str(letter.target.get_status_display())
    elif letter.action.campaign.letters_held and not letter.message.attempts:
        yield _("New letters of this campaign are held.")


def _paused(kept: Kept, domain: str) -> Iterator[str]:
    """By their own marks, and by the buckets that its mail passes."""
    if kept.campaign:
        yield _("The letters of this campaign are paused.")
    if kept.pair:
        yield _("The letters of this campaign to this target are paused.")
    if kept.target:
        yield _("All letters to this target are paused.")
    if kept.domain:
        yield _("Mail to %(domain)s is paused: its server refused too many letters in a row.") % {"domain": domain}


def _carried(letter: Letter) -> Iterator[str]:
    if letter.message.carrier_id or not letter.message.gathered:
        return
    yield {
        Target.Mode.DAILY: _("It leaves with the next daily mail to this target."),
        Target.Mode.WEEKLY: _("It leaves with the next weekly mail to this target."),
    }.get(Target.Mode(letter.target.mode), _("It waits to be handed in."))


def _later(kept: Kept) -> Iterator[str]:
    if kept.until:
        yield _("It does not leave before %(at)s.") % {"at": _here(kept.until)}


def _paced(mail: Message) -> Iterator[str]:
    """Nothing where its turn is now: of what waits for its target, what was left before it goes first."""
    bucket = mail.lane.target if mail.lane else None
    if bucket is None or mail.state != State.WAITING:
        return
    office, now = flow(bucket), timezone.now()
    queue = Message.objects.filter(target_ref=mail.target_ref, state__in=WAITING, due_at__lte=now, pk__lte=mail.pk)
    at = last_leaves([(queue.count(), office)], now)
    if at is None:
        yield _("It does not leave by itself at the pace that its target has now.")
    elif (rate := per_hour(office, now)) is not None and at > now:
        yield _accepts(rate)
        yield _("It leaves around %(at)s.") % {"at": _here(at)}


def _accepts(rate: float) -> str:
    """Half a letter an hour is said as that: it is where an office asked for patience."""
    if not rate:
        return _("Its office accepts no letters at this hour.")
    said = ngettext(
        "Its office accepts %(letters)s letter an hour now.",
        "Its office accepts %(letters)s letters an hour now.",
        ceil(rate),
    )
    return said % {"letters": number_format(rate if rate % 1 else int(rate))}


def _here(at: datetime) -> str:
    return moment(timezone.localtime(at))
