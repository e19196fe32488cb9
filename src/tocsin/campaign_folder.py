"""`tocsin campaign`: takes a campaign out as a folder of files, says what a folder would do, and brings it in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign
from tocsin.pages.files.carry import ChangedMeanwhile, StandsInTheWay, carry_out
from tocsin.pages.files.folder import read_folder, write_folder
from tocsin.pages.files.out import campaign_files
from tocsin.pages.files.packed import CannotBeOpened
from tocsin.pages.files.plan import Plan, Tick, plan_of
from tocsin.pages.files.read import read_files
from tocsin.pages.files.shape import Problem
from tocsin.pages.files.told import told
from tocsin.run import say
from tocsin.staff import audit

AT_ONCE = {
    Tick.SETTINGS: "change the settings of a campaign that is here, at once",
    Tick.TARGETS: "change who gets its letters, at once",
    Tick.KNOWN: "change targets and lists that are known here, at once and in every campaign",
}


def campaign(arguments: Sequence[str]) -> int:
    """The exit code: 0, or 1 where something has to be mended first."""
    given = _words().parse_args(arguments)
    try:
        return _export(given) if given.what == "export" else _bring(given)
    except CannotBeOpened as why:
        return _refuse([str(why)])


def _words() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(prog="tocsin campaign", description="A whole campaign as a folder of files.")
    what = words.add_subparsers(dest="what", required=True)
    out = what.add_parser("export", help="take a campaign out: its newest drafts, rules and targets")
    out.add_argument("short_name", help="as in the campaign's settings")
    out.add_argument("folder", type=Path)
    out.add_argument("--live", action="store_true", help="what is live in place of the newest drafts")
    for name, does in (("check", "say what a folder would do"), ("import", "bring a folder in: as drafts")):
        into = what.add_parser(name, help=does)
        into.add_argument("folder", type=Path)
        into.add_argument("--as", dest="short_name", default="", help="under another short name: as a new campaign")
        if name == "import":
            for tick, help_text in AT_ONCE.items():
                into.add_argument(f"--{tick}", action="store_true", help=help_text)
    return words


def _export(given: argparse.Namespace) -> int:
    found = Campaign.objects.filter(slug=given.short_name).select_related("target_list").first()
    if found is None:
        known = ", ".join(Campaign.objects.order_by("slug").values_list("slug", flat=True)[:20])
        return _refuse([f"There is no campaign “{given.short_name}”. There are: {known or 'none'}."])
    files = campaign_files(found, live=given.live)
    write_folder(given.folder, files)
    _note("files_taken", found, live=given.live)
    say(f"{len(files)} files of “{found.name}” are in {given.folder}.")
    return 0


def _bring(given: argparse.Namespace) -> int:
    said = read_files(read_folder(given.folder), given.short_name)
    if isinstance(said, list):
        return _refuse(said)
    plan = plan_of(said)
    _say(told(plan))
    _say(_("To know: %(remark)s") % {"remark": remark} for remark in plan.remarks)
    if plan.problems:
        return _refuse(plan.problems)
    return _made(plan, given) if given.what == "import" else 0


def _made(plan: Plan, given: argparse.Namespace) -> int:
    ticked = [tick for tick in plan.offered if getattr(given, tick)]

    def note(made: Campaign) -> None:
        _note("files_brought", made, new=plan.is_new, ticked=sorted(ticked))

    try:
        made = carry_out(plan.said, person=None, seen=plan.seen, ticked=ticked, then=note)
    except (ChangedMeanwhile, StandsInTheWay):
        return _refuse([_("Something changed in this very moment. Nothing was brought in: try again.")])
    say(f"Done. The drafts of “{made.name}” wait at the desk for whoever publishes them.")
    for tick in sorted(plan.offered - set(ticked)):
        say(f"Left as it is: what takes effect at once, with --{tick}.")
    return 0


def _note(what: str, about: Campaign, **details: object) -> None:
    audit.write(what, kind="campaigns", about=f"campaign:{about.pk}", campaign_ref=about.pk, details=details)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _refuse(why: Iterable[str | Problem]) -> int:
    for sentence in why:
        sys.stderr.write(f"{sentence}\n")
    return 1
