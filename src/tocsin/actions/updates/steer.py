"""An update from the button that lets it go to its end: paused, resumed, stopped, tried again. And a test to us."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.models import Action
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.actions.updates.audience import ACTED
from tocsin.actions.updates.compose import Wording, copy_for
from tocsin.actions.updates.models import Update
from tocsin.actions.updates.send import copies_of
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.controls import Copies, release
from tocsin.outbox.copies import open_bucket, shut_bucket
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, address_digest, leave
from tocsin.outbox.restore import RESTORED
from tocsin.outbox.states import State as MessageState
from tocsin.supporters.models import Supporter

State = Update.State


def languages_of(campaign: Campaign) -> dict[str, Edition]:
    """The newest edition in each language that the campaign was published in."""
    found = {code: Edition.objects.current(campaign, code) for code, _name in settings.LANGUAGES}
    return {code: edition for code, edition in found.items() if edition is not None}


def purposes_of(campaign: Campaign) -> list[str]:
    """What people were asked to agree to on the campaign's pages."""
    editions = languages_of(campaign).values()
    return sorted({consent["purpose"] for edition in editions for consent in edition.words["consents"]})


def languages_without_an_address(campaign: Campaign) -> list[str]:
    """Where the brand lacks what the law asks of every mail to many: who writes, from where, and how to reach them."""
    needed = ("organisation", "postal_address", "contact")
    found = languages_of(campaign)
    return [code for code, edition in found.items() if not all(edition.words["brand"][part] for part in needed)]


@transaction.atomic
def let_go(update: Update, people: int, by_name: str) -> bool:
    """Begins it, once, and only as it is here: not if somebody changed the draft since it was read. Whether it was this
    call that did. The worker makes the copies."""
    draft = Update.objects.select_for_update().filter(pk=update.pk, state=State.DRAFT).first()
    if draft is None or draft.fingerprint != update.fingerprint:
        return False
    rows = Action.objects if update.audience in ACTED else Supporter.objects
    Update.objects.filter(pk=update.pk).update(
        state=State.SENDING,
        people=people,
        up_to=rows.aggregate(last=Max("pk"))["last"] or 0,
        begun_at=Now(),
        begun_by_name=by_name[:160],
    )
    open_bucket(update.bucket, update.per_hour)
    return True


def pause(update: Update) -> bool:
    """Within seconds nothing of it leaves any more, and no further copy is made."""
    done = Update.objects.filter(pk=update.pk, state=State.SENDING).update(state=State.PAUSED)
    if done:
        shut_bucket(update.bucket)
    return bool(done)


def pause_all() -> int:
    """Every update that is on its way; how many."""
    return sum(pause(update) for update in Update.objects.filter(state=State.SENDING))


def resume(update: Update) -> bool:
    done = Update.objects.filter(pk=update.pk, state=State.PAUSED).update(state=State.SENDING)
    if done:
        open_bucket(update.bucket, update.per_hour)
    return bool(done)


def stop(update: Update) -> bool:
    """For good: no further copy is made, and within seconds nothing leaves. The worker takes back what waits: as one
    transaction with this it would keep whoever signs now waiting."""
    done = Update.objects.filter(pk=update.pk, state__in=[State.SENDING, State.PAUSED]).update(state=State.STOPPED)
    if done:
        shut_bucket(update.bucket)
    return bool(done)


def release_held(update: Update) -> int:
    """Copies whose sending was given up are tried again; how many. What a restore held may have left already, and is
    let go with everything else that it held."""
    held = copies_of(update, [MessageState.HELD]).exclude(last_words=RESTORED)
    return release(Copies(held))


def send_test(update: Update, language: str, to_address: str) -> None:
    """One copy to an address of our own, as people will get it, and marked as a test."""
    edition = languages_of(update.campaign)[language]
    stop_url = unsubscribe_url(edition.pk, address_digest(to_address))
    with translation.override(language):
        act = {"given_name": _("Jane"), "family_name": "", "email": to_address}
        copy = copy_for(Wording(update, edition), act, key=f"update-test:{uuid4()}", stop=stop_url)
        subject = _("[Test] %(subject)s") % {"subject": copy.subject}
    leave([_as_staff_mail(copy, subject)])


def _as_staff_mail(copy: Outgoing, subject: str) -> Outgoing:
    """Whoever waits for it before a screen is not kept by the pace of the update."""
    return Outgoing(
        key=copy.key,
        kind=Kind.STAFF,
        campaign_ref=copy.campaign_ref,
        sender_name=copy.sender_name,
        to_name="",
        to_address=copy.to_address,
        subject=subject,
        text=copy.text,
        html=copy.html,
        language=copy.language,
        unsubscribe=copy.unsubscribe,
    )
