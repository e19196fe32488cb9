"""Which screens the path has, in their order, for a letter and for a petition."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Kind
from tocsin.desk.path.demand import DemandForm
from tocsin.desk.path.forms import StepForm
from tocsin.desk.path.keep import outline_in
from tocsin.desk.path.letter import LetterForm
from tocsin.desk.path.models import Plan
from tocsin.desk.path.rules import RulesForm
from tocsin.desk.path.what import WhatForm
from tocsin.desk.path.who import WhoForm

LAST = "publish"


@dataclass(frozen=True, slots=True)
class Step:
    """One screen of the path; the last has no form of its own."""

    name: str
    words: str | Promise
    form: type[StepForm] | None


STEPS = [
    Step("what", _("What it is"), WhatForm),
    Step("demand", _("Demand"), DemandForm),
    Step("who", _("Who gets it"), WhoForm),
    Step("words", _("Words"), LetterForm),
    Step("rules", _("Questions and dates"), RulesForm),
    Step(LAST, _("Look and publish"), None),
]


@dataclass(frozen=True, slots=True)
class Mark:
    """A screen in the line above each of them."""

    step: Step
    number: int
    here: bool


def steps_of(plan: Plan) -> list[Step]:
    """A petition is signed, not sent: nobody has to be found for it."""
    petition = outline_in(plan)["kind"] == Kind.PETITION
    return [step for step in STEPS if not (petition and step.name == "who")]


def marks_of(plan: Plan | None, here: str) -> list[Mark]:
    steps = steps_of(plan) if plan else STEPS
    return [Mark(step, number, step.name == here) for number, step in enumerate(steps, start=1)]


def beside(plan: Plan, name: str, by: int) -> str:
    """The name of the screen after (or, with -1, before) this one."""
    names = [step.name for step in steps_of(plan)]
    at = names.index(name) if name in names else 0
    return names[max(0, min(len(names) - 1, at + by))]


def address_of(plan: Plan, name: str) -> str:
    return reverse("campaign:plan", args=[plan.pk, name])
