"""Brings files in: drafts, targets and what was ticked, in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from tocsin.actions.repoint import begin_afresh
from tocsin.campaigns.import_plan import Known, Planned
from tocsin.campaigns.import_rows import Wrong
from tocsin.campaigns.importing import join, keep_targets
from tocsin.campaigns.models import Campaign, Target, TargetList
from tocsin.campaigns.republish import changed, tell_of_targets
from tocsin.outbox import controls
from tocsin.pages.files import rights
from tocsin.pages.files.links import Here
from tocsin.pages.files.pictures import laid_ready
from tocsin.pages.files.plan import Plan, Rows, Tick, plan_of
from tocsin.pages.files.read import CampaignFiles
from tocsin.pages.files.shape import OF_LETTERS
from tocsin.pages.files.standing import Standing, standing
from tocsin.pages.files.words import stored
from tocsin.pages.making import change_draft, home_in, make_draft, pages_by_language


class ChangedMeanwhile(Exception):
    """What these files would do is no longer what somebody looked at: it was done before, or a colleague was faster."""


class StandsInTheWay(Exception):
    """The plan has problems, which say what to mend."""


type Then = Callable[[Campaign], object]


@dataclass(frozen=True, slots=True)
class Carrying:
    """What is carried out: `pictures` are ready to be saved, `known` is whoever was made meanwhile."""

    plan: Plan
    person: Any
    ticked: Collection[Tick]
    pictures: dict[str, Any]
    known: Known = field(default_factory=Known)


def carry_out(
    said: CampaignFiles, *, person: Any, seen: str, ticked: Collection[str] = (), then: Then = lambda _made: None
) -> Campaign:
    """The campaign, with what was made. `seen` is the mark of the plan that was looked at; `ticked` is what shall take
    effect at once; `then` is done in the same transaction. Raises ChangedMeanwhile and StandsInTheWay.

    All that takes long comes before the transaction: on SQLite, everybody who signs waits for it."""
    before = standing(said)
    plan = _looked_at(said, person, seen)
    with laid_ready(said.pictures.values(), person) as pictures:
        carrying = Carrying(plan, person, {tick for tick in plan.offered if tick in ticked}, pictures)
        try:
            with transaction.atomic():
                _hold(said, before)
                made = _made(carrying)
                then(made)
                return made
        except IntegrityError:  # the same short name, list or address in this very moment
            raise ChangedMeanwhile from None


def _looked_at(said: CampaignFiles, person: Any, seen: str) -> Plan:
    plan = plan_of(said, person)
    if plan.problems:
        raise StandsInTheWay
    if plan.seen != seen:
        raise ChangedMeanwhile
    return plan


def _hold(said: CampaignFiles, before: Standing) -> None:
    """Nobody else changes the campaign from here on, and nobody has changed since what the plan was made of."""
    list(Campaign.objects.select_for_update().filter(slug=said.short_name))
    if standing(said) != before:
        raise ChangedMeanwhile


def _made(carrying: Carrying) -> Campaign:
    plan = carrying.plan
    campaign = plan.campaign or Campaign(slug=plan.said.short_name)
    settings = plan.is_new or Tick.SETTINGS in carrying.ticked
    if settings:
        _write_settings(campaign, carrying)
    moved = _bring_targets(campaign, carrying)
    _bring_pages(campaign, carrying)
    if settings or Tick.TARGETS in carrying.ticked:
        changed(campaign)
    tell_of_targets(moved)
    return campaign


# ── the campaign ────────────────────────────────────────────────────────────────────────────────────────────────
def _write_settings(campaign: Campaign, carrying: Carrying) -> None:
    plan = carrying.plan
    campaign.name, campaign.kind = plan.said.name, plan.said.kind
    kept = () if rights.may_decide_on_letters(plan.campaign, carrying.person) else OF_LETTERS
    for name, value in {**plan.said.rules, **plan.said.dates}.items():
        if name not in kept:
            setattr(campaign, name, value)
    campaign.target_list = _list(carrying)
    campaign.save()
    if "letters_not_before" not in kept:
        controls.schedule(controls.Letters(campaign_ref=campaign.pk), campaign.letters_not_before)


def _list(carrying: Carrying) -> TargetList | None:
    """The list of that name; one that is not there is made, of whoever stands in the file."""
    plan = carrying.plan
    if not plan.makes_list:
        return plan.target_list
    made = TargetList.objects.create(name=plan.said.target_list)
    _join(made, carrying)
    return made


# ── targets ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _bring_targets(campaign: Campaign, carrying: Carrying) -> list[int]:
    """Those that were changed, by number."""
    plan, ticked = carrying.plan, carrying.ticked
    if plan.is_new or Tick.TARGETS in ticked:
        campaign.targets.set(target for target, _row in _targets(plan.targets, carrying.known))
    if Tick.KNOWN not in ticked:
        return []
    changes = {row.target.pk: row for row in (*plan.targets.changed, *plan.members.changed) if row.target}
    keep_targets(list(changes.values()))
    if plan.target_list is not None:
        _join(plan.target_list, carrying)
    begin_afresh([pk for pk, row in changes.items() if "email" in row.changes])
    return list(changes)


def _join(target_list: TargetList, carrying: Carrying) -> None:
    join(target_list, [(target, row) for target, row in _targets(carrying.plan.members, carrying.known) if row.joins])


def _targets(table: Rows, known: Known) -> list[tuple[Target, Planned]]:
    """The target of each row: a known one as it is here, a new one made, but for whoever the other table has just
    made."""
    found = {row.number: row.target or _find(row, known) for row in table.rows}
    missing = [row for row in table.rows if found[row.number] is None]
    for row, made in zip(missing, keep_targets(missing), strict=True):
        found[row.number] = made
        known.add(made)
    return [(target, row) for row in table.rows if (target := found[row.number])]


def _find(row: Planned, known: Known) -> Target | None:
    """Where one table has two targets and the other takes them for one, somebody has to say which it is."""
    try:
        return known.find(row.read) if row.read else None
    except Wrong:
        raise StandsInTheWay from None


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _bring_pages(campaign: Campaign, carrying: Carrying) -> None:
    """All are made before any is linked to another."""
    person = carrying.person
    numbers = {name: _number_of(image) for name, image in carrying.pictures.items()}
    pages = pages_by_language(campaign)
    for one in carrying.plan.pages:
        home = home_in(one.language)
        if one.page is None and home is not None:
            words = stored(one.words, Here(campaign.slug, one.language), numbers)
            twin = next(iter(pages.values()), None)
            pages[one.language] = make_draft(campaign, home, words, person=person, twin=twin)
    for one in carrying.plan.pages:
        words = stored(one.words, Here(campaign.slug, one.language), numbers)
        change_draft(pages[one.language], words, person=person)


def _number_of(image: Any) -> int:
    if image.pk is None:
        image.save()
    return int(image.pk)
