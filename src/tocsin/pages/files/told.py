"""A plan in sentences, as the command prints it: what would be made or changed, and what takes effect at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.pages.files.plan import PagePlan, Plan, Tick

INDENT = "    "


def told(plan: Plan, ticks: Collection[str] = tuple(Tick), *, option: str = "--") -> Iterator[str]:
    """`ticks`: of what takes effect at once, this alone. `option` stands before each word that has it done."""
    if plan.campaign is None:
        yield _("A new campaign: %(name)s (%(short_name)s).") % _named(plan)
    else:
        yield _("The campaign “%(name)s” (%(short_name)s) is here already. Its drafts would change.") % _named(plan)
    yield from map(page_told, plan.pages)
    if plan.pictures:
        said = ngettext("%(number)s new picture.", "%(number)s new pictures.", len(plan.pictures))
        yield said % {"number": len(plan.pictures)}
    if plan.campaign is None:
        yield from _targets_of_a_new_one(plan)
    yield from _at_once(plan, ticks, option)
    if plan.changes_nothing:
        yield _("Nothing differs from what is here.")


def page_told(page: PagePlan) -> str:
    said = {"language": page.language, "parts": ", ".join(one.name for one in page.differences)}
    if page.page is None:
        return _("A new draft (%(language)s).") % said
    return _("A further draft (%(language)s): %(parts)s.") % said


def _named(plan: Plan) -> dict[str, str]:
    return {"name": plan.campaign.name if plan.campaign else plan.said.name, "short_name": plan.said.short_name}


def _targets_of_a_new_one(plan: Plan) -> Iterator[str]:
    known, new = len(plan.targets.known), len(plan.targets.new)
    if known or new:
        yield _("Targets: %(known)s known, %(new)s new.") % {"known": known, "new": new}
    if plan.makes_list:
        yield _("A new list of targets: %(name)s.") % {"name": plan.said.target_list}


def _at_once(plan: Plan, ticks: Collection[str], option: str) -> Iterator[str]:
    """Only what was ticked, or said with the command, is done of this."""
    offered = {tick for tick in plan.offered if tick in ticks}
    if Tick.SETTINGS in offered:
        yield _("At once, with %(option)s:") % {"option": f"{option}{Tick.SETTINGS}"}
        yield from (f"{INDENT}{one.name}: {one.before} → {one.after}" for one in plan.settings)
    if Tick.TARGETS in offered:
        yield _("At once, with %(option)s:") % {"option": f"{option}{Tick.TARGETS}"}
        yield from (INDENT + _("comes: %(name)s") % {"name": name} for name in plan.enter)
        yield from (INDENT + _("goes: %(name)s") % {"name": name} for name in plan.leave)
    if Tick.KNOWN in offered:
        yield _("At once, in every campaign, with %(option)s:") % {"option": f"{option}{Tick.KNOWN}"}
        rows = [*plan.targets.changed, *plan.members.changed]
        yield from (f"{INDENT}{row.name}: {row.sentence}" for row in rows)
        if plan.target_list and (joining := len(plan.members.joining) + len(plan.members.new)):
            said = _("joining the list “%(name)s”: %(number)s")
            yield INDENT + said % {"name": plan.target_list.name, "number": joining}
