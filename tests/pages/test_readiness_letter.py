"""What keeps a letter from being published: who gets it, fields that cannot be filled in, other words for some."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.lookups import a_parliament
from tests.pages.conftest import MakePage
from tests.pages.test_readiness import detail, fields
from tocsin.campaigns.models import Campaign, Provider, Target, Targeting, TargetList
from tocsin.pages.models import ActionPage
from tocsin.pages.readiness import reasons_against_publishing

pytestmark = pytest.mark.django_db
ASKED = [detail("given_name"), detail("email"), detail("postal_code"), detail("city", required=False)]


def said(page: ActionPage) -> str:
    """The sentences, with what they name filled in."""
    reasons: list[Any] = [reason for _field, reason in reasons_against_publishing(page)]
    return " ".join(ValidationError(reason).messages[0] for reason in reasons)


def variant(**parts: Any) -> dict[str, Any]:
    value = {"attribute": "party", "negated": "is", "values": "Green", "header": "", "text": "", "closing": ""}
    return {"type": "variant", "value": {**value, "excluded": "", **parts}}


@pytest.fixture
def by_postal_code(campaign: Campaign) -> Campaign:
    campaign.targeting, campaign.target_list = Targeting.POSTAL_CODE, a_parliament()
    campaign.targets.clear()
    campaign.save()
    return campaign


# ── who gets it ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_works(draft: MakePage, by_postal_code: Campaign) -> None:
    assert fields(draft()) == []


def test_a_look_up_needs_the_postal_code(draft: MakePage, by_postal_code: Campaign) -> None:
    without = [detail("given_name"), detail("email")]
    assert fields(draft(details=without)) == ["details"]
    assert fields(draft(slug="b", details=[*without, detail("postal_code", required=False)])) == ["details"]


@pytest.mark.parametrize("matched_by", ["province", "country", "city"])
def test_matching_needs_the_detail_that_is_matched(draft: MakePage, by_postal_code: Campaign, matched_by: str) -> None:
    by_postal_code.targeting, by_postal_code.matched_by = Targeting.ANSWER, matched_by
    page = draft()
    assert fields(page) == ["details"]
    assert matched_by in said(page)
    assert fields(draft(slug="b", details=[*ASKED[:3], detail(matched_by)])) == []


def test_a_list_must_have_somebody(draft: MakePage, by_postal_code: Campaign) -> None:
    by_postal_code.target_list = TargetList.objects.create(name="Nobody")
    assert fields(draft()) == ["campaign"]
    by_postal_code.target_list = None
    assert fields(draft(slug="b")) == ["campaign"]


def test_a_list_that_fills_itself_may_be_empty(draft: MakePage, by_postal_code: Campaign) -> None:
    by_postal_code.provider, by_postal_code.target_list = Provider.REPRESENT, TargetList.objects.create(name="Nobody")
    assert fields(draft()) == []
    by_postal_code.target_list = None
    assert fields(draft(slug="b")) == ["campaign"]


# ── fields ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("field", "changes", "sentence"),
    [
        ("letter_header", {"letter_header": "In {ridding}."}, "There is no field {ridding}. There are {name}, {city},"),
        ("letter_closing", {"letter_closing": "From {city}"}, "{city} may be empty"),
        ("letter_text", {"letter_text": "I live in {riding}."}, "Fields in curly brackets work in the first lines"),
        ("letter_subject", {"letter_subject": "From {riding}"}, "Fields in curly brackets"),
        ("openings", {"openings": [{"type": "opening", "value": "I, {name}"}]}, "Fields in curly brackets"),
        ("subjects", {"subjects": [{"type": "subject", "value": "{target}"}]}, "Fields in curly brackets"),
        ("prompts", {"prompts": [{"type": "question", "value": "{name}?"}]}, "Fields in curly brackets"),
        ("variants", {"variants": [variant(text="I, {name}")]}, "Fields in curly brackets"),
        ("variants", {"variants": [variant(header="In {ridding}.")]}, "There is no field {ridding}"),
    ],
)
def test_fields_that_cannot_be_filled_in_are_refused(
    draft: MakePage, by_postal_code: Campaign, field: str, changes: dict[str, Any], sentence: str
) -> None:
    page = draft(details=ASKED, **changes)
    assert fields(page) == [field]
    assert sentence in said(page)


def test_fields_that_are_always_there_are_welcome(draft: MakePage, by_postal_code: Campaign) -> None:
    header = "{name}, {postal_code}, {riding}, to {target}, {office}"
    assert fields(draft(letter_header=header, letter_closing="{riding}")) == []


def test_a_riding_is_known_only_by_postal_code(draft: MakePage) -> None:
    assert fields(draft(letter_header="In {riding}.")) == ["letter_header"]


def test_an_office_that_a_target_has_not_is_refused(draft: MakePage, minister: Target) -> None:
    assert fields(draft(letter_header="To the {office}.")) == []
    minister.in_words.update(office="", person="Jane Doe")
    assert fields(draft(slug="b", letter_header="To the {office}.")) == ["letter_header"]


# ── the way of writing, other words ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("openings", {"letter_mode": "blank", "openings": [{"type": "opening", "value": "Hello."}]}),
        ("prompts", {"letter_mode": "locked", "prompts": [{"type": "question", "value": "Why?"}]}),
        ("variants", {"variants": [variant(values=" \n", text="Other.")]}),
        ("variants", {"variants": [variant()]}),
        ("variants", {"variants": [variant(text="Other.", excluded="No letter.")]}),
        ("variants", {"variants": [variant(attribute="match", text="Other.")]}),
        ("variants", {"letter_mode": "blank", "variants": [variant(text="Other.")]}),
    ],
)
def test_what_has_no_use_is_refused(
    draft: MakePage, by_postal_code: Campaign, field: str, changes: dict[str, Any]
) -> None:
    points = {"talking_points": [{"type": "point", "value": "Say it."}]} if "letter_mode" in changes else {}
    assert fields(draft(**points, **changes)) == [field]


def test_a_text_in_place_of_the_letter_needs_a_look_up(draft: MakePage, by_postal_code: Campaign) -> None:
    variants = [variant(excluded="Your member supports this.")]
    assert fields(draft(variants=variants)) == []
    by_postal_code.targeting = Targeting.FIXED
    by_postal_code.targets.add(Target.objects.all()[0])
    assert fields(draft(slug="b", variants=variants)) == ["variants"]


def test_a_petition_is_asked_nothing_of_this(draft: MakePage, petition: Campaign) -> None:
    page = draft(campaign=petition, petition_text="We ask.", letter_header="{nobody}", details=[detail("email")])
    assert fields(page) == []
