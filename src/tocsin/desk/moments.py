"""Moments that stand in pictures over time: a page was published, letters were handed in, and what others add here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.actions.models import HandIn
from tocsin.actions.updates.models import Update
from tocsin.campaigns.models import Campaign, Edition

MOST_MOMENTS = 40


@dataclass(frozen=True, slots=True)
class Moment:
    """`words` is a sentence's beginning without its date, like “Edition 2 in English was published”."""

    at: datetime
    words: str


type Teller = Callable[[Campaign, datetime, datetime], Iterable[Moment]]


def published(campaign: Campaign, since: datetime, until: datetime) -> Iterable[Moment]:
    names = dict(settings.LANGUAGES)
    rows = Edition.objects.filter(campaign=campaign, published_at__gte=since, published_at__lt=until)
    for at, code, number in rows.order_by("published_at").values_list("published_at", "language", "number"):
        said = {"number": number, "language": names.get(code, code)}
        yield Moment(at, _("Edition %(number)s (%(language)s) was published") % said)


def handed_in(campaign: Campaign, since: datetime, until: datetime) -> Iterable[Moment]:
    rows = HandIn.objects.filter(campaign=campaign, handed_over_at__gte=since, handed_over_at__lt=until)
    for at, people in rows.values_list("handed_over_at", "people"):
        if at:
            said = ngettext(
                "The letter of %(people)s person was handed in", "Letters of %(people)s people were handed in", people
            )
            yield Moment(at, said % {"people": people})


def opened_and_closed(campaign: Campaign, since: datetime, until: datetime) -> Iterable[Moment]:
    for at, words in ((campaign.opens_at, _("The campaign opened")), (campaign.closes_at, _("The campaign closed"))):
        if at and since <= at < until:
            yield Moment(at, words)


def mailed(campaign: Campaign, since: datetime, until: datetime) -> Iterable[Moment]:
    rows = Update.objects.filter(campaign=campaign, sent_at__gte=since, sent_at__lt=until)
    for at in rows.values_list("sent_at", flat=True):
        if at:
            yield Moment(at, _("An update was mailed to those who acted"))


# Whoever makes something happen that people answer to adds a teller of it.
TELLERS: list[Teller] = [published, handed_in, opened_and_closed, mailed]


def moments_of(campaign: Campaign, since: datetime, until: datetime) -> list[Moment]:
    """The newest of them, in the order of time."""
    found = sorted(
        (moment for tell in TELLERS for moment in tell(campaign, since, until)), key=lambda moment: moment.at
    )
    return found[-MOST_MOMENTS:]
