"""Tells those who answer for people's data, by mail: in the week before a campaign's end, and when they are gone (L11).

Each is told of each end once, however often a night is begun: the outbox knows the mail by its key. In a campaign
without an end somebody's data end every night: the audit log has that, and no mail goes out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.users.models import UserProfile

from tocsin.actions.ending.due import due_of, ends_at, next_night
from tocsin.actions.ending.foretell import foretold
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import ERASE_PEOPLE
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, leave
from tocsin.staff.holders import holders_of

A_WEEK = timedelta(days=7)
log = logging.getLogger(__name__)
WILL_END, HAVE_ENDED = _("People’s data will end"), _("People’s data have ended")


def tell_of_endings() -> None:
    """To be called every night, after what was over has ended. A campaign that nobody acted in is told of to nobody."""
    now = timezone.now()
    for campaign, at in _ending_about(now):
        if at > now:
            _foretell(campaign, at)
        else:
            _tell_if_all_have_ended(campaign, at, now)


def _ending_about(now: datetime) -> Iterator[tuple[Campaign, datetime]]:
    for campaign in Campaign.objects.filter(closes_at__isnull=False).order_by("pk"):
        at = ends_at(campaign)
        if at and abs(at - now) <= A_WEEK:
            yield campaign, at


def _foretell(campaign: Campaign, at: datetime) -> None:
    ends = foretold(campaign, at)
    if ends.people:
        said = {"people": ends.people, "letters": ends.letters_stopped, "night": next_night(at)}
        _leave(campaign, at, WILL_END, "data_will_end", said)


def _tell_if_all_have_ended(campaign: Campaign, at: datetime, now: datetime) -> None:
    """Very many end over several nights."""
    due = due_of(campaign, now)
    ended = Action.objects.filter(campaign=campaign, ended_at__gte=at).exists()
    if ended and not (due and due.people()):
        _leave(campaign, at, HAVE_ENDED, "data_have_ended", {})


def _leave(campaign: Campaign, at: datetime, subject: Promise, template: str, said: dict[str, Any]) -> None:
    """To each in their own language. Whoever has no address that a mail can go to keeps no other from theirs."""
    hub = settings.WAGTAILADMIN_BASE_URL + reverse("campaign:hub", args=[campaign.pk])
    for person in holders_of(ERASE_PEOPLE[0], campaign.pk).exclude(email=""):
        language = UserProfile.get_for_user(person).get_preferred_language()
        with translation.override(language):
            text = render_to_string(f"desk/mails/{template}/body.txt", {"campaign": campaign, "where": hub, **said})
            mail = Outgoing(
                key=f"{template}:{campaign.pk}:{at:%Y%m%d%H%M}:{person.pk}",
                kind=Kind.STAFF,
                campaign_ref=None,
                sender_name=settings.WAGTAIL_SITE_NAME,
                to_name="",
                to_address=person.email,
                subject=str(subject),
                text=text,
                language=language,
                automatic=True,
            )
        try:
            leave([mail])
        except CannotBeMailed:
            log.warning("the account %s has no address that a mail can go to", person.pk)
