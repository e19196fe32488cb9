"""The screen “Numbers” of all campaigns that somebody may see: together over time, and each beside the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.actions.models import HourOfActions, HourOfViews
from tocsin.campaigns.models import Campaign
from tocsin.desk import figure_shares, figure_times
from tocsin.desk.figure_screens import as_csv, choices, language_of
from tocsin.desk.figures import InScope, Scope, acted_since_views, first_hour
from tocsin.desk.frame import Frame, show
from tocsin.desk.numbers import worker_health
from tocsin.desk.picture import Line, Picture, percent, said, said_percent
from tocsin.desk.pictures import bars
from tocsin.desk.rights import campaigns_seen_by, of_any_campaign
from tocsin.desk.spans import Asked, asked_by, span_of
from tocsin.desk.trends import Trend, trends_of

MOST_CAMPAIGNS = 200
MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class OneOfAll:
    """A campaign in the list: in the time that is chosen, and just now."""

    campaign: Campaign
    people: int
    own_words: int
    views: int
    trend: Trend

    @property
    def own_share(self) -> str:
        return said_percent(percent(self.own_words, self.people))

    @property
    def for_a_hundred(self) -> str:
        return said(percent(self.people, self.views))


@dataclass
class FiguresOfAll(InScope):
    """What the pictures are made of."""

    campaigns: list[Campaign]

    @cached_property
    def rows(self) -> list[OneOfAll]:
        """Whoever had most first."""
        people: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        acted = self.scope.within(HourOfActions.objects.all()).values_list("campaign")
        for pk, number, own in acted.annotate(people=Sum("people"), own=Sum("own_words")):
            people[pk] = (number, own)
        viewed = self.scope.within(HourOfViews.objects.all()).values_list("campaign")
        views = dict(viewed.annotate(views=Sum("views")))
        trends = trends_of(self.campaigns)
        rows = [OneOfAll(one, *people[one.pk], views.get(one.pk, 0), trends[one.pk]) for one in self.campaigns]
        return sorted(rows, key=lambda row: -row.people)

    def actions(self) -> Picture:
        return figure_times.actions(self.scope, self.seen, [], letters=False)

    def views(self) -> Picture:
        acted = acted_since_views(self.scope, self.seen)
        return figure_times.views(self.scope, self.seen, acted, counted=settings.TOCSIN_COUNT_VIEWS)

    def by_campaign(self) -> Picture:
        rows = [row for row in self.rows if row.people or row.views]
        lines = [
            Line(
                row.campaign.name,
                row.campaign.slug,
                [row.people, row.own_words, row.views],
                [said(row.people), said(row.own_words), said(row.views)],
            )
            for row in rows
        ]
        return Picture(
            key="campaigns",
            heading=_("Campaigns side by side"),
            says=ngettext(
                "%(number)s campaign had readers or people who acted.",
                "%(number)s campaigns had readers or people who acted.",
                len(rows),
            )
            % {"number": said(len(rows))},
            columns=[_("Campaign"), _("People"), _("With their own words"), _("Page views")],
            csv_columns=["campaign", "people", "own_words", "views"],
            lines=lines,
            bars=bars([(row.campaign.name, row.people, said(row.people)) for row in rows[:MOST_BARS]]),
            empty="" if rows else _("When people act, this shows how many in each campaign."),
        )

    def sources(self) -> Picture:
        return figure_shares.came_from(self.shares)

    def languages(self) -> Picture:
        return figure_shares.in_languages(self.shares)


ALL: dict[str, Callable[[FiguresOfAll], Picture]] = {
    "actions": FiguresOfAll.actions,
    "campaigns": FiguresOfAll.by_campaign,
    "views": FiguresOfAll.views,
    "sources": FiguresOfAll.sources,
    "languages": FiguresOfAll.languages,
}


@of_any_campaign
def numbers(request: HttpRequest) -> HttpResponse:
    asked = asked_by(request.GET)
    figures = _figures(request, asked)
    return show(
        request,
        "desk/figures_of_all.html",
        Frame(title=_("Numbers"), icon="desk-bell"),
        status=422 if asked.problem else 200,
        rows=figures.rows,
        pictures=[make(figures) for make in ALL.values()],
        worker=worker_health(),
        most=MOST_CAMPAIGNS if len(figures.campaigns) == MOST_CAMPAIGNS else 0,
        **choices(request, asked, figures.scope.span, figures.scope.language),
    )


@of_any_campaign
def numbers_csv(request: HttpRequest, name: str) -> HttpResponseBase:
    if name not in ALL:
        raise Http404
    return as_csv(ALL[name](_figures(request, asked_by(request.GET))), f"campaigns-{name}")


def _figures(request: HttpRequest, asked: Asked) -> FiguresOfAll:
    """In the staff's own time zone: campaigns may each have another."""
    campaigns = list(campaigns_seen_by(request.user)[:MOST_CAMPAIGNS])
    numbers = [campaign.pk for campaign in campaigns]
    first = first_hour(numbers) if asked.range == "all" else None
    span = span_of(asked, ZoneInfo(settings.TIME_ZONE), first=first)
    return FiguresOfAll(Scope(numbers, span, language_of(request)), campaigns)
