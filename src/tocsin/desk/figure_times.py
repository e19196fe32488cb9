"""Pictures over time: who acted when, how the number grew, whose words, what became of letters, how many read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tocsin.campaigns.models import Campaign, Kind
from tocsin.desk.figures import OverTime, Scope, grown, letters
from tocsin.desk.moments import Moment
from tocsin.desk.picture import Line, Picture, percent, said, said_percent, share
from tocsin.desk.pictures import plot
from tocsin.desk.spans import Span, short_day
from tocsin.desk.templatetags.desk import day as a_day
from tocsin.outbox.models import State

# What became of letters, in the order in which a column stands.
FATES = (State.SENT, State.REPLIED, State.UNCERTAIN, State.BOUNCED, State.REFUSED)
HAPPENED = {
    State.SENT: gettext_lazy("taken by the target's server"),
    State.REPLIED: gettext_lazy("answered"),
    State.UNCERTAIN: gettext_lazy("broken off: uncertain"),
    State.BOUNCED: gettext_lazy("came back"),
    State.REFUSED: gettext_lazy("refused"),
}


def when(span: Span) -> str:
    """“between 20 Nov and 26 Nov 2026”, or “in the last 24 hours”."""
    if span.range == "24h":
        return _("in the last 24 hours")
    first, last = span.first_day, span.last_day
    if first == last:
        return _("on %(day)s") % {"day": a_day(first)}
    begins = short_day(first) if first.year == last.year else a_day(first)
    return _("between %(first)s and %(last)s") % {"first": begins, "last": a_day(last)}


def actions(scope: Scope, seen: OverTime, moments: list[Moment], *, letters: bool) -> Picture:
    """Columns; of letters, people's own words at the foot and the offered text on top."""
    span = scope.span
    numbered = list(enumerate(moments, 1))
    parts = [
        [("own", own), ("acted", people - own)] if letters else [("acted", people)]
        for people, own in zip(seen.people, seen.own_words, strict=True)
    ]
    own = [_("With their own words")] if letters else []
    return Picture(
        key="actions",
        heading=_("Who acted, and when"),
        says=_said_of_actions(span, seen),
        columns=[_("When"), _("People"), *own],
        csv_columns=["from", "people", *(["own_words"] if letters else [])],
        lines=_lines(span, [seen.people, *([seen.own_words] if letters else [])]),
        plot=_plot(span, columns=parts, flags=[(span.far_along(moment.at), number) for number, moment in numbered]),
        legend=[("own", _("with their own words")), ("acted", _("with the offered text"))] if letters else [],
        moments=numbered,
        empty=_(
            "Nobody acted in this time. Each person who acts stands here within seconds, in the hour in which they "
            "pressed the button. Choose a longer time above, or tell people of your page."
        )
        if not seen.acted
        else "",
    )


def _said_of_actions(span: Span, seen: OverTime) -> str:
    people = ngettext("%(people)s person acted %(when)s.", "%(people)s people acted %(when)s.", seen.acted)
    most = max(seen.people, default=0)
    sentence = people % {"people": said(seen.acted), "when": when(span)}
    if not most:
        return sentence
    at = span.long(seen.people.index(most))
    highest = _("Most at once: %(people)s (%(at)s).") % {"people": said(most), "at": at}
    return f"{sentence} {highest}"


def growth(scope: Scope, seen: OverTime, goal: int | None) -> Picture:
    """A line with the goal, if there is one and the whole campaign is shown."""
    numbers = grown(scope, seen.people)
    shown_goal = goal if goal and not scope.language else None
    lines = [("grown", numbers), *([("goal", [shown_goal] * len(numbers))] if shown_goal else [])]
    now = numbers[-1] if numbers else 0
    sentence = ngettext("%(people)s person at the end.", "%(people)s people at the end.", now) % {"people": said(now)}
    if shown_goal:
        sentence += " " + _("The goal is %(goal)s.") % {"goal": said(shown_goal)}
    return Picture(
        key="growth",
        heading=_("How the number grew"),
        says=sentence,
        columns=[_("Until the end of"), _("People")],
        csv_columns=["from", "people_at_the_end"],
        lines=_lines(scope.span, [numbers]),
        plot=_plot(scope.span, lines=lines, least_top=shown_goal or 0),
        legend=[("grown", _("the number")), ("goal", _("the goal"))] if shown_goal else [],
        note=_("Actions in this language; the ledger has none.")
        if scope.language
        else _("With the ledger: people counted elsewhere stand where their line was added."),
        empty="" if now else _("The number is still nothing. With the first action a line begins here."),
    )


def own_words(scope: Scope, seen: OverTime) -> Picture:
    """The share of letters that their writers changed."""
    shares = [percent(own, people) for own, people in zip(seen.own_words, seen.people, strict=True)]
    whole = percent(seen.wrote_own, seen.acted)
    return Picture(
        key="own-words",
        heading=_("In their own words"),
        says=_("%(percent)s of the letters were changed by their writers.") % {"percent": said_percent(whole)},
        columns=[_("When"), _("With their own words"), share()],
        csv_columns=["from", "own_words", "percent"],
        lines=[
            Line(scope.span.long(place), _key(scope.span, place), [own, share], [said(own), said_percent(share)])
            for place, (own, share) in enumerate(zip(seen.own_words, shares, strict=True))
        ],
        plot=_plot(scope.span, columns=[[("own", round(share or 0))] for share in shares], least_top=100),
        note=_("In percent. Offices set letters that are all alike aside, so each that differs weighs more."),
        empty=""
        if seen.acted
        else _("When people act, this shows how many of them changed the text that they were offered."),
    )


def fates(scope: Scope) -> Picture:
    by_fate = letters(scope)
    known = [fate for fate in FATES if any(by_fate.get(fate.value, []))]
    places = range(len(scope.span.starts))
    numbers = [by_fate[fate.value] for fate in known]
    sums = [(HAPPENED[fate], sum(one)) for fate, one in zip(known, numbers, strict=True)]
    return Picture(
        key="letters",
        heading=_("What happened to letters, and when"),
        says=_("Letters: %(list)s.") % {"list": ", ".join(f"{said(many)} {words}" for words, many in sums)},
        columns=[_("When"), *[str(HAPPENED[fate]) for fate in known]],
        csv_columns=["from", *[fate.value for fate in known]],
        lines=_lines(scope.span, numbers),
        plot=_plot(
            scope.span,
            columns=[[(fate.value, by_fate[fate.value][place]) for fate in known] for place in places],
        ),
        legend=[(fate.value, HAPPENED[fate]) for fate in known],
        note=_("Each letter stands in the hour in which it happened: one that was taken and came back stands twice."),
        empty=""
        if known
        else _(
            "No letter left in this time. When a target's server takes one, refuses one or sends one back, it is here."
        ),
    )


def views(scope: Scope, seen: OverTime, acted: int, *, counted: bool) -> Picture:
    """Page views, and of how many an action came. `acted` is since views are counted."""
    share = percent(acted, seen.viewed)
    shares = [percent(people, viewed) for people, viewed in zip(seen.people, seen.views, strict=True)]
    sentence = ngettext("%(views)s page view %(when)s.", "%(views)s page views %(when)s.", seen.viewed)
    sentence %= {"views": said(seen.viewed), "when": when(scope.span)}
    if share is not None:
        sentence += " " + _("Actions for each hundred views: %(share)s.") % {"share": said(share)}
    return Picture(
        key="views",
        heading=_("Page views, and what came of them"),
        says=sentence,
        columns=[_("When"), _("Page views"), _("People who acted"), _("Actions for each hundred views")],
        csv_columns=["from", "views", "people", "percent"],
        lines=[
            Line(
                scope.span.long(place),
                _key(scope.span, place),
                [seen.views[place], seen.people[place], one],
                [said(seen.views[place]), said(seen.people[place]), said(one)],
            )
            for place, one in enumerate(shares)
        ],
        plot=_plot(scope.span, columns=[[("views", number)] for number in seen.views]),
        note=_(
            "As far as this server saw them: readers who got the page from a cache in front of it (nginx, a CDN) are "
            "not counted, so the true number is higher. Programs that say what they are, and staff, are left out. No "
            "cookie is set, and a person who reads twice is two views."
        ),
        empty=_no_views(counted=counted) if not seen.viewed else "",
    )


def _no_views(*, counted: bool) -> str:
    if not counted:
        return _("Page views are not counted here: whoever runs this server has switched it off (TOCSIN_COUNT_VIEWS).")
    return _("No page view was counted in this time. From the first reader on, they stand here, some seconds later.")


def _lines(span: Span, numbers: Sequence[Sequence[int]]) -> list[Line]:
    rows = zip(*numbers, strict=True) if numbers else []
    return [
        Line(span.long(place), _key(span, place), row, [said(one) for one in row]) for place, row in enumerate(rows)
    ]


def _key(span: Span, place: int) -> str:
    """The beginning of a place in its own time zone, as a program reads it: 2026-11-23 or 2026-11-23T14:00-05:00."""
    at: datetime = span.starts[place].astimezone(span.zone)
    return at.isoformat(timespec="minutes") if span.step == "hour" else at.date().isoformat()


def _plot(span: Span, **drawn: Any) -> Any:
    return plot([span.short(place) for place in range(len(span.starts))], **drawn)


def writes_letters(campaign: Campaign) -> bool:
    return campaign.kind == Kind.LETTER
