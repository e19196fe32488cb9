"""The room “Editions”: what a campaign's pages said when, who published it, how many acted on it, and what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign, Edition, EditionNote
from tocsin.campaigns.parts import LABELS, SIGNED, Changed, changed_parts, names_of_changed, parts_of
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.rights import CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign
from tocsin.lib.differing import shortened

A_SCREENFUL = 25
MOST_TO_CHOOSE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One edition in the list. `changed` are the parts that differ from the one before, None for the first."""

    edition: Edition
    acted: int
    changed: list[Promise] | None
    before: Edition | None
    note: EditionNote | None
    is_current: bool


@of_campaign(SEE_CAMPAIGNS)
def editions(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """One language at a time, the newest first."""
    language = _language(request, campaign)
    found = _rows(_of(campaign, language), _number(request.GET.get("below", "")))
    return show(
        request,
        "desk/editions.html",
        Frame(title=_("Editions"), icon="history", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        language=language,
        languages=settings.LANGUAGES,
        rows=found[:A_SCREENFUL],
        older=found[A_SCREENFUL - 1].edition.number if len(found) > A_SCREENFUL else 0,
        choices=list(_choices(campaign, language)),
        may_change=may(request.user, CHANGE_CAMPAIGNS, campaign),
    )


def _of(campaign: Campaign, language: str) -> QuerySet[Edition]:
    return Edition.objects.filter(campaign=campaign, language=language).order_by("-number")


def _language(request: HttpRequest, campaign: Campaign) -> str:
    """The one that was asked for, or the first that has an edition."""
    codes = [code for code, _name in settings.LANGUAGES]
    asked = request.GET.get("language", "")
    there = set(Edition.objects.filter(campaign=campaign).values_list("language", flat=True).distinct())
    return asked if asked in codes else next((code for code in codes if code in there), codes[0])


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0


def _rows(found: QuerySet[Edition], below: int) -> list[Row]:
    """A screenful and one more, each beside the one before it."""
    page = found.filter(number__lt=below) if below else found
    several = list(page.select_related("tally", "note")[: A_SCREENFUL + 2])
    newest = found.values_list("pk", flat=True).first()
    pairs = zip(several, [*several[1:], None], strict=False)
    return [_row(edition, before, newest) for edition, before in pairs][: A_SCREENFUL + 1]


def _row(edition: Edition, before: Edition | None, newest: int | None) -> Row:
    changed = [LABELS[name] for name in names_of_changed(before.words, edition.words)] if before else None
    return Row(
        edition,
        edition.tally.counted if hasattr(edition, "tally") else 0,
        changed,
        before,
        getattr(edition, "note", None),
        edition.pk == newest,
    )


def _choices(campaign: Campaign, language: str) -> Iterable[tuple[int, str]]:
    rows = _of(campaign, language).values_list("pk", "number", "published_at")[:MOST_TO_CHOOSE]
    for pk, number, _at in rows:
        yield pk, _("Edition %(number)s") % {"number": number}


@of_campaign(SEE_CAMPAIGNS)
def edition(request: HttpRequest, campaign: Campaign, edition_pk: int) -> HttpResponse:
    """All words of one edition, part by part."""
    found = get_object_or_404(Edition, pk=edition_pk, campaign=campaign)
    parts = [(LABELS[name], text, name in SIGNED) for name, text in parts_of(found.words).items() if text]
    return show(
        request,
        "desk/edition.html",
        Frame(title=_title(found), icon="history", crumbs=_crumbs(campaign)),
        campaign=campaign,
        edition=found,
        parts=parts,
    )


@of_campaign(SEE_CAMPAIGNS)
def compare(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """What differs between any two editions of a campaign in one language."""
    before, after = (_asked(request, campaign, name) for name in ("before", "after"))
    if before.language != after.language:
        raise Http404
    if before.number > after.number:
        before, after = after, before
    return show(
        request,
        "desk/compare.html",
        Frame(
            title=_("Edition %(before)s and edition %(after)s") % {"before": before.number, "after": after.number},
            icon="history",
            crumbs=_crumbs(campaign),
        ),
        campaign=campaign,
        before=before,
        after=after,
        **shown_difference(before, after),
    )


def shown_difference(before: Edition, after: Edition) -> dict[str, Any]:
    """What differs: first what people sign, then what stands around it; each cut down to what changed."""
    changed = [Changed(one.part, shortened(one.pieces)) for one in changed_parts(before.words, after.words)]
    signed = [one for one in changed if one.part in SIGNED]
    return {"signed": signed, "around": [one for one in changed if one not in signed]}


def _asked(request: HttpRequest, campaign: Campaign, name: str) -> Edition:
    return get_object_or_404(Edition, pk=_number(request.GET.get(name, "")), campaign=campaign)


def _title(found: Edition) -> str:
    name = dict(settings.LANGUAGES).get(found.language, found.language)
    return _("Edition %(number)s, %(language)s") % {"number": found.number, "language": name}


def _crumbs(campaign: Campaign) -> list[Crumb]:
    return [*campaign_crumbs(campaign), (reverse("campaign:editions", args=[campaign.pk]), _("Editions"))]
