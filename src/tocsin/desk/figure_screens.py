"""The room “Numbers” of a campaign: its pictures, each with its table, and each as CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from tocsin.actions.models import HourOfPlace, RollUpMark, RollUpProof
from tocsin.campaigns.models import Campaign, Targeting
from tocsin.desk import figure_shares, figure_times
from tocsin.desk.figures import InScope, Scope, acted_since_views, first_hour, tallied
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.moments import moments_of
from tocsin.desk.numbers import worker_health
from tocsin.desk.picture import Picture, percent, said, said_percent
from tocsin.desk.rights import SEE_CAMPAIGNS, of_campaign
from tocsin.desk.spans import RANGES, STEPS, Asked, Span, asked_by, span_of
from tocsin.lib.csvlines import csv_lines


@dataclass(frozen=True, slots=True)
class Choice:
    """One link by which something is chosen."""

    url: str
    words: str | Promise
    chosen: bool


@dataclass
class Figures(InScope):
    """What one campaign's pictures are made of."""

    campaign: Campaign

    @cached_property
    def acted(self) -> int:
        """Of the whole campaign."""
        return tallied(self.campaign)

    @cached_property
    def acted_since_views(self) -> int:
        return acted_since_views(self.scope, self.seen)

    @property
    def letters(self) -> bool:
        return figure_times.writes_letters(self.campaign)

    def actions(self) -> Picture:
        moments = moments_of(self.campaign, self.scope.span.begins, self.scope.span.ends)
        return figure_times.actions(self.scope, self.seen, moments, letters=self.letters)

    def growth(self) -> Picture:
        return figure_times.growth(self.scope, self.seen, self.campaign.goal)

    def own_words(self) -> Picture:
        return figure_times.own_words(self.scope, self.seen)

    def fates(self) -> Picture:
        return figure_times.fates(self.scope)

    def views(self) -> Picture:
        counted = settings.TOCSIN_COUNT_VIEWS
        return figure_times.views(self.scope, self.seen, self.acted_since_views, counted=counted)

    def sources(self) -> Picture:
        return figure_shares.came_from(self.shares)

    def referrers(self) -> Picture:
        return figure_shares.read_from(self.shares, counted=settings.TOCSIN_COUNT_VIEWS)

    def languages(self) -> Picture:
        return figure_shares.in_languages(self.shares)

    def provinces(self) -> Picture:
        return figure_shares.in_places([self.campaign.pk], HourOfPlace.Kind.PROVINCE, self.acted)

    def ridings(self) -> Picture:
        return figure_shares.in_places([self.campaign.pk], HourOfPlace.Kind.RIDING, self.acted)


type Maker = Callable[[Figures], Picture]
# In the order of the screen; by the name of their CSV.
ALL: dict[str, Maker] = {
    "actions": Figures.actions,
    "growth": Figures.growth,
    "own-words": Figures.own_words,
    "letters": Figures.fates,
    "views": Figures.views,
    "sources": Figures.sources,
    "referrers": Figures.referrers,
    "languages": Figures.languages,
    "provinces": Figures.provinces,
    "ridings": Figures.ridings,
}
OF_LETTERS = {"own-words", "letters", "ridings"}


def pictures_of(figures: Figures) -> dict[str, Maker]:
    """Those that this campaign can have."""
    left_out = set() if figures.letters else OF_LETTERS
    if figures.campaign.targeting != Targeting.POSTAL_CODE:
        left_out = left_out | {"ridings"}
    return {name: make for name, make in ALL.items() if name not in left_out}


@of_campaign(SEE_CAMPAIGNS)
def numbers(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    asked = asked_by(request.GET)
    figures = _figures(request, campaign, asked)
    return show(
        request,
        "desk/figures.html",
        Frame(title=_("Numbers"), icon="desk-bell", crumbs=campaign_crumbs(campaign)),
        status=422 if asked.problem else 200,
        campaign=campaign,
        tiles=_tiles(figures),
        pictures=[make(figures) for make in pictures_of(figures).values()],
        proof=RollUpProof.objects.filter(campaign=campaign).first(),
        being_made=not RollUpMark.objects.filter(walk="actions", done=True).exists(),
        worker=worker_health(),
        **choices(request, asked, figures.scope.span, figures.scope.language),
    )


@of_campaign(SEE_CAMPAIGNS)
def numbers_csv(request: HttpRequest, campaign: Campaign, name: str) -> HttpResponseBase:
    """The numbers of one picture, for the same time and language."""
    figures = _figures(request, campaign, asked_by(request.GET))
    make = pictures_of(figures).get(name)
    if make is None:
        raise Http404
    return as_csv(make(figures), f"{campaign.slug}-{name}")


def as_csv(picture: Picture, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        csv_lines(picture.csv_rows(), for_spreadsheet=True), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _figures(request: HttpRequest, campaign: Campaign, asked: Asked) -> Figures:
    first = first_hour([campaign.pk]) if asked.range == "all" else None
    span = span_of(asked, ZoneInfo(campaign.time_zone), first=first)
    return Figures(Scope([campaign.pk], span, language_of(request)), campaign)


def language_of(request: HttpRequest) -> str:
    language = request.GET.get("language", "")
    return language if language in dict(settings.LANGUAGES) else ""


def _tiles(figures: Figures) -> list[tuple[str, str]]:
    """The largest numbers, in words and figures."""
    seen = figures.seen
    tiles = [(_("people acted"), said(seen.acted))]
    if figures.letters:
        tiles.append((_("changed the offered text"), said_percent(percent(seen.wrote_own, seen.acted))))
    if settings.TOCSIN_COUNT_VIEWS:
        tiles.append((_("page views seen here"), said(seen.viewed)))
        share = percent(figures.acted_since_views, seen.viewed)
        tiles.append((_("actions for each hundred views"), said(share)))
    return tiles


def choices(request: HttpRequest, asked: Asked, span: Span, language: str) -> dict[str, Any]:
    """The links by which time, steps and language are chosen, and what stands in the form of days."""
    chosen = {"step", "language"} if asked.problem else {"range", "step", "language", "since", "until"}
    keep = {key: value for key, value in request.GET.items() if key in chosen}

    def link(**changes: str) -> str:
        return "?" + urlencode({key: value for key, value in {**keep, **changes}.items() if value})

    ranges = [
        Choice(link(range=name, since="", until="", step=""), words, span.range == name)
        for name, words in RANGES.items()
    ]
    steps = [Choice(link(step=step), STEPS[step], span.step == step) for step in span.steps]
    spoken: list[tuple[str, str | Promise]] = [("", _("All languages")), *settings.LANGUAGES]
    return {
        "ranges": ranges,
        "steps": steps if len(steps) > 1 and span.range != "24h" else [],
        "languages": [Choice(link(language=code), words, language == code) for code, words in spoken],
        "language": language,
        "span": span,
        "problem": asked.problem,
        "since": request.GET.get("since", "") if asked.problem else span.first_day.isoformat(),
        "until": request.GET.get("until", "") if asked.problem else span.last_day.isoformat(),
        "query": urlencode({key: value for key, value in keep.items() if value}),
    }
