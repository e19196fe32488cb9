"""Brings files in: drafts, targets and what was ticked, in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction

from tocsin.actions.repoint import begin_afresh
from tocsin.campaigns.import_plan import Outcome, Planned
from tocsin.campaigns.importing import join, keep_targets
from tocsin.campaigns.models import Campaign, Target, TargetImport, TargetList
from tocsin.campaigns.republish import changed, tell_of_targets
from tocsin.outbox import controls
from tocsin.pages.files import rights
from tocsin.pages.files.links import Here
from tocsin.pages.files.pictures import known, put_into_the_library
from tocsin.pages.files.plan import Plan, Tick, plan_of, rows_of
from tocsin.pages.files.read import CampaignFiles
from tocsin.pages.files.shape import OF_LETTERS
from tocsin.pages.files.words import stored
from tocsin.pages.making import change_draft, home_in, make_draft, pages_by_language


class ChangedMeanwhile(Exception):
    """What these files would do is no longer what somebody looked at: it was done before, or a colleague was faster."""


class StandsInTheWay(Exception):
    """The plan has problems, which say what to mend."""


def carry_out(said: CampaignFiles, *, person: Any, seen: str, ticked: Collection[str] = ()) -> Campaign:
    """The campaign, with what was made. `seen` is the mark of the plan that was looked at; `ticked` is what shall take
    effect at once. Raises ChangedMeanwhile and StandsInTheWay."""
    try:
        with transaction.atomic():
            list(Campaign.objects.select_for_update().filter(slug=said.short_name))
            plan = plan_of(said, person)
            if plan.problems:
                raise StandsInTheWay
            if plan.seen != seen:
                raise ChangedMeanwhile
            return _made(plan, person, {tick for tick in plan.offered if tick in ticked})
    except IntegrityError:  # the same short name, list or address in this very moment
        raise ChangedMeanwhile from None


def _made(plan: Plan, person: Any, ticked: Collection[Tick]) -> Campaign:
    campaign = plan.campaign or Campaign(slug=plan.said.short_name)
    settings = plan.is_new or Tick.SETTINGS in ticked
    if settings:
        _write_settings(campaign, plan, person)
    moved = _bring_targets(campaign, plan, ticked)
    _bring_pages(campaign, plan, person)
    if settings or Tick.TARGETS in ticked:
        changed(campaign)
    tell_of_targets(moved)
    return campaign


# ── the campaign ────────────────────────────────────────────────────────────────────────────────────────────────
def _write_settings(campaign: Campaign, plan: Plan, person: Any) -> None:
    campaign.name, campaign.kind = plan.said.name, plan.said.kind
    kept = () if rights.may_decide_on_letters(plan.campaign, person) else OF_LETTERS
    for name, value in {**plan.said.rules, **plan.said.dates}.items():
        if name not in kept:
            setattr(campaign, name, value)
    campaign.target_list = _list(plan)
    campaign.save()
    if "letters_not_before" not in kept:
        controls.schedule(controls.Letters(campaign_ref=campaign.pk), campaign.letters_not_before)


def _list(plan: Plan) -> TargetList | None:
    """The list of that name; one that is not there is made, of whoever stands in the file."""
    if not plan.makes_list:
        return plan.target_list
    made = TargetList.objects.create(name=plan.said.target_list)
    _join(made, plan.said.members)
    return made


# ── targets ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _bring_targets(campaign: Campaign, plan: Plan, ticked: Collection[Tick]) -> list[int]:
    """Those that were changed, by number."""
    if plan.is_new or Tick.TARGETS in ticked:
        campaign.targets.set(target for target, _row in _targets(plan.said.targets, None))
    if Tick.KNOWN not in ticked:
        return []
    changes = {row.target.pk: row for row in (*plan.targets.changed, *plan.members.changed) if row.target}
    keep_targets(list(changes.values()))
    if plan.target_list is not None:
        _join(plan.target_list, plan.said.members)
    begin_afresh([pk for pk, row in changes.items() if "email" in row.changes])
    return list(changes)


def _join(target_list: TargetList, members: TargetImport) -> None:
    join(target_list, [(target, row) for target, row in _targets(members, target_list) if row.joins])


def _targets(table: TargetImport, target_list: TargetList | None) -> list[tuple[Target, Planned]]:
    """The target of each row: a known one as it is here, a new one made. Read anew, since the other table may just have
    made whoever stands in both."""
    rows = rows_of(table, target_list)
    made = keep_targets([row for row in rows if row.outcome == Outcome.NEW])
    new = iter(made)
    return [(row.target or next(new), row) for row in rows]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _bring_pages(campaign: Campaign, plan: Plan, person: Any) -> None:
    """All are made before any is linked to another."""
    numbers = {picture.name: _number_of(picture, person) for picture in plan.said.pictures.values()}
    pages = pages_by_language(campaign)
    for one in plan.pages:
        home = home_in(one.language)
        if one.page is None and home is not None:
            words = stored(one.words, Here(campaign.slug, one.language), numbers)
            twin = next(iter(pages.values()), None)
            pages[one.language] = make_draft(campaign, home, words, person=person, twin=twin)
    for one in plan.pages:
        words = stored(one.words, Here(campaign.slug, one.language), numbers)
        change_draft(pages[one.language], words, person=person)


def _number_of(picture: Any, person: Any) -> int:
    found = known(picture) or put_into_the_library(picture, person)
    return int(found.pk)
