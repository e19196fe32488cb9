"""What bringing files in would make and change, before anything is stored, and all that is in its way.

Pages become drafts, so what they say can wait for whoever publishes. Three things take effect at once, and are done
only where somebody ticked them: another setting of a campaign that is there, who gets its letters, and what targets and
lists that are known already become.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.campaigns.import_plan import Outcome, Planned
from tocsin.campaigns.import_plan import plan as planned_rows
from tocsin.campaigns.models import Campaign, Provider, TargetImport, Targeting, TargetList
from tocsin.campaigns.targeting.tables import nothing_to_look_up_in
from tocsin.pages.files import rights
from tocsin.pages.files.compared import Difference, settings_that_differ, texts_that_differ
from tocsin.pages.files.links import THIS, Here
from tocsin.pages.files.notes import MOST_TOLD, Notes
from tocsin.pages.files.pictures import Library, Picture, known
from tocsin.pages.files.read import CampaignFiles
from tocsin.pages.files.shape import CAMPAIGN, MEMBERS, OF_LETTERS, TARGETS, Problem, page_file
from tocsin.pages.files.words import links_in, said_by
from tocsin.pages.making import Words, home_in, pages_by_language
from tocsin.pages.models import ActionPage


class Tick(StrEnum):
    """What takes effect at once, and so is asked for."""

    SETTINGS = "settings"
    TARGETS = "targets"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PagePlan:
    """One page: a new draft, or a further draft of the page that is there; `words` are only those that differ."""

    language: str
    page: ActionPage | None
    words: Words
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of targets, row by row. `joins` tells of a list that is there; of a campaign's own targets it means
    nothing."""

    rows: list[Planned]

    @property
    def new(self) -> list[Planned]:
        return [row for row in self.rows if row.outcome == Outcome.NEW]

    @property
    def changed(self) -> list[Planned]:
        return [row for row in self.rows if row.outcome == Outcome.CHANGED]

    @property
    def known(self) -> list[Planned]:
        return [row for row in self.rows if row.target is not None]

    @property
    def joining(self) -> list[Planned]:
        return [row for row in self.known if row.joins]


@dataclass(frozen=True, slots=True)
class Plan:
    """`enter` and `leave` are who of the campaign's own targets comes and goes. `seen` is a mark of all of it: another
    plan has another one."""

    said: CampaignFiles
    campaign: Campaign | None
    settings: list[Difference]
    targets: Rows
    members: Rows
    target_list: TargetList | None
    enter: list[str]
    leave: list[str]
    pages: list[PagePlan]
    pictures: list[Picture]
    problems: list[Problem]
    remarks: list[Problem]
    offered: frozenset[Tick] = field(default_factory=frozenset)

    @property
    def is_new(self) -> bool:
        return self.campaign is None

    @property
    def makes_list(self) -> bool:
        return bool(self.said.target_list) and self.target_list is None

    @property
    def changes_nothing(self) -> bool:
        return not (self.is_new or self.pages or self.offered)

    @property
    def seen(self) -> str:
        rows = [[row.number, row.outcome, row.sentence] for row in (*self.targets.rows, *self.members.rows)]
        parts = [
            [page.language, page.page and page.page.pk, [[one.name, one.before, one.after] for one in page.differences]]
            for page in self.pages
        ]
        settings = [[one.name, one.before, one.after] for one in self.settings]
        who = [self.campaign and self.campaign.pk, self.makes_list, self.enter, self.leave, sorted(self.offered)]
        all_of_it = [who, settings, rows, parts, [picture.name for picture in self.pictures]]
        return hashlib.sha256(json.dumps(all_of_it).encode()).hexdigest()


def plan_of(said: CampaignFiles, person: Any = None) -> Plan:
    """What these files would do, for this person; without one, for whoever runs the server."""
    notes = Notes(said.texts, remarks=list(said.remarks))
    campaign = Campaign.objects.filter(slug=said.short_name).select_related("target_list").first()
    target_list = TargetList.objects.filter(name=said.target_list).first() if said.target_list else None
    targets, members = _rows(TARGETS, said.targets, None, notes), _rows(MEMBERS, said.members, target_list, notes)
    _check_list(said, target_list, members, notes)
    pages = _pages(said, campaign, notes)
    enter, leave = _who_comes_and_goes(campaign, targets)
    plan = Plan(
        said=said,
        campaign=campaign,
        settings=_settings(said, campaign, person, notes),
        targets=targets,
        members=members,
        target_list=target_list,
        enter=enter,
        leave=leave,
        pages=pages,
        pictures=[picture for picture in said.pictures.values() if known(picture) is None],
        problems=notes.problems,
        remarks=notes.remarks,
    )
    return _with_rights(plan, person)


def _with_rights(plan: Plan, person: Any) -> Plan:
    """What stands in somebody's way by their rights, and what they may tick."""
    return _replaced(
        plan,
        problems=[*plan.problems, *rights.problems(plan, person)][:MOST_TOLD],
        remarks=[*plan.remarks, *rights.remarks(plan, person)][:MOST_TOLD],
        offered=frozenset(Tick(name) for name in rights.may_tick(plan, person)),
    )


def _replaced(plan: Plan, **changes: Any) -> Plan:
    return Plan(**{name: getattr(plan, name) for name in Plan.__dataclass_fields__} | changes)


# ── settings and targets ────────────────────────────────────────────────────────────────────────────────────────
def _settings(said: CampaignFiles, campaign: Campaign | None, person: Any, notes: Notes) -> list[Difference]:
    by_table = (said.rules["targeting"], said.rules["provider"]) == (Targeting.POSTAL_CODE, Provider.TABLE)
    if by_table and nothing_to_look_up_in():
        sentence = _("No table of postal codes is in use here yet: nobody's representative can be found in it.")
        notes.remark(CAMPAIGN, sentence, ("rules", "provider"))
    if campaign is None:
        return []
    found = settings_that_differ(campaign, said)
    if any(one.name == "kind" for one in found) and campaign.actions.exists():
        notes.wrong(CAMPAIGN, _("People have already acted: the kind stays."), ("kind",))
    if rights.may_decide_on_letters(campaign, person):
        return found
    return [one for one in found if one.name not in OF_LETTERS]


def _rows(file: str, table: TargetImport, target_list: TargetList | None, notes: Notes) -> Rows:
    """As an import of targets would take them; a row that it would leave out is a problem: nothing is lost by half."""
    upload = TargetImport(columns=table.columns, rows=table.rows, mapping=table.mapping, target_list=target_list)
    rows = planned_rows(upload).rows
    for row in rows:
        told = _("Row %(row)s: %(sentence)s") % {"row": row.number, "sentence": row.sentence}
        if row.outcome in {Outcome.WRONG, Outcome.TWICE}:
            notes.wrong(file, told)
        elif row.read and row.read.remarks and row.outcome != Outcome.SAME:
            notes.remark(
                file, _("Row %(row)s: %(sentence)s") % {"row": row.number, "sentence": " ".join(row.read.remarks)}
            )
    return Rows(rows)


def _check_list(said: CampaignFiles, target_list: TargetList | None, members: Rows, notes: Notes) -> None:
    where = ("rules", "target_list")
    if members.rows and not said.target_list:
        notes.wrong(
            MEMBERS,
            _("campaign.toml names no list. Name it there as target_list, among the rules, or take this file out."),
        )
    fills_itself = Campaign(targeting=said.rules["targeting"], provider=said.rules["provider"]).list_fills_itself()
    if said.target_list and target_list is None and not members.rows and not fills_itself:
        sentence = _(
            "There is no list of targets “%(name)s” here. Bring its members along as list.csv, or make the list first."
        )
        notes.wrong(CAMPAIGN, sentence % {"name": said.target_list}, where)
    if target_list is not None and members.rows and (stay := _only_here(target_list, members)):
        sentence = ngettext(
            "%(number)s target of the list “%(name)s” is not in the file, and stays in the list.",
            "%(number)s targets of the list “%(name)s” are not in the file, and stay in the list.",
            stay,
        )
        notes.remark(MEMBERS, sentence % {"number": stay, "name": target_list.name})


def _only_here(target_list: TargetList, members: Rows) -> int:
    in_the_file = {row.target.pk for row in members.known if row.target}
    return target_list.targets.exclude(pk__in=in_the_file).distinct().count()


def _who_comes_and_goes(campaign: Campaign | None, targets: Rows) -> tuple[list[str], list[str]]:
    """By name; with the address where one goes and another of the same name comes."""
    now = {target.pk: target for target in campaign.targets.all()} if campaign else {}
    then = {row.target.pk for row in targets.known if row.target}
    enter = [(row.name, _address(row)) for row in targets.rows if row.target is None or row.target.pk not in now]
    leave = sorted((target.name, target.email) for pk, target in now.items() if pk not in then)
    both = {name for name, _email in enter} & {name for name, _email in leave}

    def told(one: tuple[str, str]) -> str:
        return " · ".join(filter(None, one)) if one[0] in both else one[0]

    return [told(one) for one in enter], [told(one) for one in leave]


def _address(row: Planned) -> str:
    return row.target.email if row.target else row.read.values.get("email", "") if row.read else ""


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _pages(said: CampaignFiles, campaign: Campaign | None, notes: Notes) -> list[PagePlan]:
    """Those that are new or differ."""
    there = pages_by_language(campaign) if campaign else {}
    for language in sorted(there.keys() - said.pages.keys()):
        notes.remark(page_file(language), _("It is not in the folder. The page in this language stays as it is."))
    plans = [_page(said, language, there.get(language), notes) for language in said.pages]
    return [plan for plan in plans if plan.page is None or plan.differences]


def _page(said: CampaignFiles, language: str, page: ActionPage | None, notes: Notes) -> PagePlan:
    file, then = page_file(language), dict(said.pages[language])
    home = page.get_parent() if page else home_in(language)
    if home is None:
        notes.wrong(
            file, _("There is no home page in this language here. Whoever runs the server makes it: “tocsin begin”.")
        )
        return PagePlan(language, page, {}, [])
    now = said_by(page.get_latest_revision_as_object(), Library()) if page else {}
    if not _may_have_slug(then["slug"], home, page):
        if then["slug"]:
            notes.remark(file, _("Another page here has this address already. It gets one of its own."), ("slug",))
        del then["slug"]
    _remark_on_links(said, language, file, notes)
    differences = texts_that_differ(now, then)
    changed = {one.name for one in differences}
    return PagePlan(language, page, {name: then[name] for name in then if page is None or name in changed}, differences)


def _may_have_slug(slug: str, home: Any, page: ActionPage | None) -> bool:
    return bool(slug) and ActionPage._slug_is_available(slug, home, page)  # noqa: SLF001  (Wagtail asks it so itself)


def _remark_on_links(said: CampaignFiles, language: str, file: str, notes: Notes) -> None:
    here = Here(said.short_name, language)
    for name, linked in links_in(said.pages[language]):
        if not _comes_along(linked, said, language) and here.page_named(linked) is None:
            sentence = _("There is no page “%(name)s” here, so the link to it is left out.")
            notes.remark(file, sentence % {"name": linked}, (name,))


def _comes_along(linked: str, said: CampaignFiles, language: str) -> bool:
    name, _slash, asked = linked.partition("/")
    return name == THIS and (asked or language) in said.pages
