"""Pictures of shares: where people came from, in which language they acted, and where they live."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tocsin.actions.models import HourOfPlace
from tocsin.campaigns.models import Target
from tocsin.campaigns.targeting.tables import names_of
from tocsin.desk.figures import FEW, Shares, places
from tocsin.desk.picture import Line, Picture, percent, said, said_percent, share
from tocsin.desk.pictures import bars
from tocsin.lib.places import provinces_in
from tocsin.lib.sources import OTHER, SITE

MOST_SOURCES = 15
MOST_BARS = 20


def came_from(shares: Shares) -> Picture:
    """The sources that actions carry."""
    people, views = shares.by_source(), shares.views_by_source()
    rows = _top(people)
    whole = sum(people.values())
    return Picture(
        key="sources",
        heading=_("Links that people acted by"),
        says=_largest(rows, whole, _("Nobody came by a link that says where it stood.")),
        columns=[
            _("Source"),
            _("People"),
            share(),
            _("Page views"),
            _("Actions for each hundred views"),
        ],
        csv_columns=["source", "people", "percent", "views", "people_for_a_hundred_views"],
        lines=[
            Line(
                source_said(name),
                name,
                [number, percent(number, whole), views.get(name), percent(number, views.get(name, 0))],
                [
                    said(number),
                    said_percent(percent(number, whole)),
                    said(views.get(name)),
                    said(percent(number, views.get(name, 0))),
                ],
            )
            for name, number in rows
        ],
        bars=bars([(source_said(name), number, said(number)) for name, number in rows[:MOST_BARS]]),
        note=_(
            "Put a name behind each link that you send: ?source=newsletter-1 or ?utm_source=newsletter. It is kept "
            "with the action and says nothing of the person."
        ),
        empty=""
        if rows
        else _("When people act, this shows by which of your links they came: add ?source=newsletter-1 to each."),
    )


def read_from(shares: Shares, *, counted: bool) -> Picture:
    """The links and sites that readers came from, whether they acted or not."""
    views = shares.views_by_source()
    rows, whole = _top(views), sum(views.values())
    return Picture(
        key="referrers",
        heading=_("Where readers came from"),
        says=_largest(rows, whole, _("Nothing said where readers came from.")),
        columns=[_("Source"), _("Page views"), share()],
        csv_columns=["source", "views", "percent"],
        lines=[
            Line(
                source_said(name),
                name,
                [number, percent(number, whole)],
                [said(number), said_percent(percent(number, whole))],
            )
            for name, number in rows
        ],
        bars=bars([(source_said(name), number, said(number)) for name, number in rows[:MOST_BARS]]),
        note=_("A link's own name, or else the site before. Many programs and apps do not say where a reader was."),
        empty=""
        if rows or not counted
        else _("From the first reader on, this shows the links and sites that led to your page."),
    )


def in_languages(shares: Shares) -> Picture:
    found = shares.by_language()
    names = {code: str(name) for code, name in settings.LANGUAGES}
    rows = sorted(found.items(), key=lambda row: -row[1][0])
    return Picture(
        key="languages",
        heading=_("Languages"),
        says=_largest(
            [(names.get(code, code), one[0]) for code, one in rows], sum(one[0] for one in found.values()), ""
        ),
        columns=[_("Language"), _("People"), _("With their own words"), _("Page views")],
        csv_columns=["language", "people", "own_words", "views"],
        lines=[Line(names.get(code, code), code, one, [said(number) for number in one]) for code, one in rows],
        bars=bars([(names.get(code, code), one[0], said(one[0])) for code, one in rows]),
        empty="" if found else _("When people act, this shows in which language."),
    )


@dataclass(frozen=True, slots=True)
class Places:
    """What may be shown. A number of None is too small to say, and so is one that would give another away."""

    rows: list[tuple[str, int | None]]
    rest: int


def shown_places(people: Counter[str], acted: int) -> Places:
    """Places with five people or more, with their number; the others by name alone. What is held back, together with
    those of whom no place is known, is never so few that a single one could be told: then one place more is."""
    ordered = sorted(people.items(), key=lambda row: (-row[1], row[0]))
    enough = [row for row in ordered if row[1] >= FEW]
    few = ordered[len(enough) :]
    while few and enough and _rest(acted, enough) < FEW:
        few.insert(0, enough.pop())
    return Places([*enough, *((name, None) for name, _number in few)], _rest(acted, enough))


def _rest(acted: int, enough: list[tuple[str, int]]) -> int:
    return max(0, acted - sum(number for _, number in enough))


def in_places(campaigns: list[int], kind: str, acted: int) -> Picture:
    """Provinces or ridings, of the whole campaign."""
    found = shown_places(places(campaigns, kind), acted)
    names = _names(kind, [name for name, _number in found.rows])
    few = _("fewer than %(few)s, or held back") % {"few": FEW}
    numbered = [(names[name], number) for name, number in found.rows if number]
    ridings = kind == HourOfPlace.Kind.RIDING
    lines = [
        Line(
            names[name],
            name,
            [number, percent(number, acted) if number else None],
            [said(number), said_percent(percent(number, acted))] if number else [few, "–"],
        )
        for name, number in found.rows
    ]
    if found.rest and lines:
        together = _("Not known, or in a place with so few")
        lines.append(Line(together, "rest", [found.rest, None], [said(found.rest) if found.rest >= FEW else few, "–"]))
    return Picture(
        key=f"{kind}s",
        heading=_("Ridings") if ridings else _("Provinces and territories"),
        says=_largest(
            [*numbered],
            acted,
            _("A place is shown once five people wrote from it, and some from elsewhere: so nobody can be picked out."),
        ),
        columns=[
            _("Riding") if ridings else _("Province or territory"),
            _("People"),
            share(),
        ],
        csv_columns=[kind, "people", "percent"],
        lines=lines,
        bars=bars([(name, number, said(number)) for name, number in numbered[:MOST_BARS]]),
        note=_(
            "Of the whole campaign, whatever time or language is chosen, and only from five people on: so nobody can "
            "be told by setting two pictures side by side."
        ),
        empty=_no_places(ridings=ridings) if not lines else "",
    )


def _no_places(*, ridings: bool) -> str:
    if ridings:
        return _("Where letters go to whoever represents the person, this shows from which ridings they were written.")
    return _("When people give a province or a postal code, this shows from where in Canada they act.")


def _names(kind: str, codes: list[str]) -> dict[str, str]:
    if kind == HourOfPlace.Kind.PROVINCE:
        known = dict(provinces_in(get_language() or settings.LANGUAGE_CODE))
        return {code: known.get(code, code) for code in codes}
    named = names_of(codes)
    targets = Target.objects.filter(division__in=codes).exclude(division_name="")
    named |= dict(targets.values_list("division", "division_name"))
    return {code: named.get(code) or code.rpartition("/")[2] for code in codes}


def source_said(name: str) -> str:
    if not name:
        return _("Not said")
    return _("All others") if name == OTHER else name.removeprefix(SITE)


def _top(numbers: Counter[str]) -> list[tuple[str, int]]:
    """The largest, and all others as one."""
    apart = [(name, number) for name, number in numbers.most_common() if name != OTHER]
    rest = sum(number for _, number in apart[MOST_SOURCES:]) + numbers[OTHER]
    return [*apart[:MOST_SOURCES], *([(OTHER, rest)] if rest else [])]


def _largest(rows: list[tuple[str, int]], whole: int, otherwise: str) -> str:
    """The picture in one sentence: who leads, by how much."""
    if not rows or not whole:
        return otherwise
    name, number = max(rows, key=lambda row: row[1])
    leads = source_said(name) if name in {"", OTHER} or name.startswith(SITE) else name
    return _("The most: %(name)s, %(number)s of %(whole)s (%(percent)s).") % {
        "name": leads,
        "number": said(number),
        "whole": said(whole),
        "percent": said_percent(percent(number, whole)),
    }
