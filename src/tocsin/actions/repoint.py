"""Re-points letters that have not left when their target has another address, or is followed by somebody else.

A frozen mail cannot change, so its message is cancelled and a new one is left in the same transaction; whichever of the
worker and this is first, the letter leaves once.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.tasks import task

from tocsin.actions.addressees import addressee_for
from tocsin.actions.letters import compose_letters
from tocsin.actions.models import Letter
from tocsin.actions.process import MadeLetter, made_letters
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Target
from tocsin.campaigns.targeting.who import current
from tocsin.lib.vault import vault
from tocsin.outbox import controls
from tocsin.outbox.lanes import target_key
from tocsin.outbox.models import Message
from tocsin.outbox.post import address_digest, leave_frozen
from tocsin.outbox.states import State, that_may_become

log = logging.getLogger(__name__)
BATCH = 50
WRITTEN_ANEW = "Written anew: the target's address changed."
# Not what a digest carries, which leaves with it; and no test, which must not become a real letter by this.
OURS: dict[str, Any] = {
    "state__in": that_may_become(State.CANCELLED),
    "carrier": None,
    "target_ref__isnull": False,
}


def repoint_letters(target: Target) -> int:
    """Writes the letters that wait for this target anew, to its address of today or to whoever follows; how many."""
    done, after = 0, 0
    while letters := _next(target, after):
        after = letters[-1].pk
        # Read anew: in the minutes that ten thousand take, its address may be changed once more.
        now = current(_read(target.pk) or target)
        done += sum(_attempt(letter, now) for letter in letters)
    return done


@task()
def repoint(target_id: int, *, then_let_go: bool = False) -> None:
    """In the background: ten thousand letters take minutes. Run again, it writes anew what waits then."""
    if target := _read(target_id):
        repoint_letters(target)
    if then_let_go:
        _let_go(target_id)


def let_go_to_new_address(target_id: int) -> None:
    """Opens the way to a target whose address was mended: at once, or where letters to the old address wait, once they
    are written anew. Opened before, a worker would be the first, and send them there."""
    target = Target.objects.select_related("successor").get(pk=target_id)
    digest = address_digest(current(target).email or settings.TOCSIN_MAIL_FROM)
    if _waiting(target=target).exclude(message__to_digest=digest).exists():
        repoint.enqueue(target_id, then_let_go=True)
    else:
        _let_go(target_id)


def begin_afresh(targets: list[int]) -> None:
    """Whoever has another address now: that the old one was dead, or refused everything, says nothing of the new. In a
    few statements, however many they are: whoever brings a file in holds what others wait for."""
    moved = Target.objects.filter(pk__in=targets, paused=False)
    moved.filter(status=Target.Status.UNREACHABLE).update(status=Target.Status.ACTIVE)
    emails = dict(moved.filter(status=Target.Status.ACTIVE).values_list("pk", "email"))
    behind = _with_letters_to_another(emails)
    controls.reopen_all([target_key(pk) for pk in emails.keys() - behind])
    if behind:
        repoint_many.enqueue(sorted(behind))


@task()
def repoint_many(targets: list[int]) -> None:
    """One target after the other, each let go once its letters are written anew."""
    for target_id in targets:
        repoint.call(target_id, then_let_go=True)


def _with_letters_to_another(emails: dict[int, str]) -> set[int]:
    """Those for whom letters wait that are addressed otherwise."""
    found = _waiting(target__in=emails).order_by().values_list("target", "message__to_digest").distinct()
    return {pk for pk, digest in found if bytes(digest) != address_digest(emails[pk] or settings.TOCSIN_MAIL_FROM)}


def _let_go(target_id: int) -> None:
    """Unless staff have paused it meanwhile, or said that they are not in office."""
    target = Target.objects.filter(pk=target_id, paused=False).first()
    if target and target.in_office:
        controls.resume(controls.Letters(target_ref=target_id))


def _waiting(**to: Any) -> QuerySet[Letter]:
    """But those of people who were forgotten and let their letter leave: nobody can write it anew."""
    ours = {f"message__{name}": is_ for name, is_ in OURS.items()}
    return Letter.objects.filter(action__ended_at=None, **to, **ours)


def _read(target_id: int) -> Target | None:
    return Target.objects.select_related("successor").filter(pk=target_id).first()


def _next(target: Target, after: int) -> list[Letter]:
    waiting = _waiting(target=target).filter(pk__gt=after)
    return list(waiting.select_related("message", "action__edition__campaign").order_by("pk")[:BATCH])


def _attempt(letter: Letter, target: Target) -> bool:
    """One that cannot be written anew stays as it is, and keeps no other."""
    try:
        return _repoint(letter, target)
    except (OperationalError, InterfaceError):
        raise  # the database is away, for all of them
    except Exception as error:
        kind = type(error).__name__
        log.error("letter %s cannot be written anew, and stays as it is: %s", letter.pk, kind)  # noqa: TRY400  (no content)
        return False


def _repoint(letter: Letter, target: Target) -> bool:
    action = letter.action
    act = vault().open(action.sealed, action_context(action.email_digest))
    addressee = addressee_for(action.edition.words, target)
    composed = compose_letters(action.edition, action.pk, act, [addressee], again=str(letter.message_id))
    made = made_letters(composed, act)
    if letter.message.state == State.HELD:
        _hold(made, letter.message.last_words)
    with transaction.atomic():
        if not _cancelled(letter.message):
            return False
        has_one = Letter.objects.filter(action=action, target=target).exclude(pk=letter.pk).exists()
        if made and not has_one:
            number = leave_frozen([made[0].message])[made[0].message.key]
            Letter.objects.filter(pk=letter.pk).update(target=target, message=number)
    return True


def _hold(made: list[MadeLetter], why: str) -> None:
    """What was held stays held, for the same reason: after a restore it may have left already."""
    for letter in made:
        letter.message.state, letter.message.due_at, letter.message.last_words = State.HELD, None, why


def _cancelled(message: Message) -> bool:
    """Whether it was still ours to stop: a worker that has it in hand goes on with it."""
    locked = Message.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    mine = locked.filter(pk=message.pk, **OURS).first()
    if mine is None:
        return False
    stopped = Message.objects.filter(pk=mine.pk).update(
        state=State.CANCELLED, state_since=Now(), due_at=None, last_words=WRITTEN_ANEW
    )
    return bool(stopped)
