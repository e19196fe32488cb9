"""Tells those who answer for people's data, by mail: a week before a campaign's end, and when they have ended (L11).

In a campaign without an end somebody's data end every night: the audit log has that, and no mail goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tocsin.actions.ending.due import ends_at, next_night
from tocsin.actions.ending.foretell import foretold
from tocsin.actions.ending.nightly import EndedTonight
from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import ERASE_PEOPLE
from tocsin.desk.staff_mail import tell
from tocsin.staff.holders import holders_of

DAYS_BEFORE = 7
WILL_END, HAVE_ENDED = _("People’s data end in a week"), _("People’s data have ended")


def warn_of_endings() -> None:
    """To be called once a night. A campaign that nobody acted in is told of to nobody."""
    for campaign, at in _ending_in_a_week(timezone.now()):
        ends = foretold(campaign, at)
        if ends.people:
            said = {"people": ends.people, "letters": ends.letters_stopped, "night": next_night(at)}
            _tell(campaign, WILL_END, "data_will_end", said)


def tell_of_ended(done: Iterable[EndedTonight]) -> None:
    """What a night has ended, by campaign."""
    people = {one.campaign: one.people for one in done if one.people}
    for campaign in Campaign.objects.filter(pk__in=[pk for pk in people if pk], closes_at__isnull=False).order_by("pk"):
        _tell(campaign, HAVE_ENDED, "data_have_ended", {"people": people[campaign.pk]})


def _ending_in_a_week(now: datetime) -> Iterator[tuple[Campaign, datetime]]:
    """By the day, in the staff's own time zone: each stands in one night's answer."""
    day = timezone.localdate(now) + timedelta(days=DAYS_BEFORE)
    for campaign in Campaign.objects.filter(closes_at__isnull=False).order_by("pk"):
        at = ends_at(campaign)
        if at and timezone.localdate(at) == day:
            yield campaign, at


def _tell(campaign: Campaign, subject: Any, template: str, said: dict[str, Any]) -> None:
    hub = settings.WAGTAILADMIN_BASE_URL + reverse("campaign:hub", args=[campaign.pk])
    tell(
        holders_of(ERASE_PEOPLE[0], campaign.pk), subject, template, lambda: {"campaign": campaign, "where": hub} | said
    )
