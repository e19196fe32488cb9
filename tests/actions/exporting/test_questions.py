"""Answers as columns: one for each question of the campaign, both languages in it, for those who take people along."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import a_campaign, an_edition, sign
from tests.words import own_question
from tocsin.actions.exporting.kinds import columns_of, rows_of
from tocsin.actions.exporting.questions import questions_asked
from tocsin.actions.models import Export
from tocsin.campaigns.models import Campaign
from tocsin.lib.csvlines import csv_lines

pytestmark = pytest.mark.django_db
IN_FRENCH: Any = {"text": "Comment?", "options": ["Des amis", "Aux nouvelles"]}


def export(campaign: Campaign | None, *, people: bool = True, kind: str = "actions") -> Export:
    return Export(kind=kind, campaign=campaign, people=people, format="csv", language="en")


def taken(asked: Export) -> list[dict[str, Any]]:
    head = columns_of(asked)
    return [dict(zip(head, row, strict=True)) for some in rows_of(asked) for row in some]


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign()


def test_it_works(client: Client, campaign: Campaign) -> None:
    french = an_edition(campaign, "fr", questions=[own_question(**IN_FRENCH)])
    english = an_edition(campaign, "en", questions=[own_question(), own_question("member", "box")])
    sign(client, french, question_heard_of_us="Aux nouvelles", email="a@example.org")
    sign(client, english, question_heard_of_us="A friend", question_member="yes", email="b@example.org")
    sign(client, english, email="c@example.org")
    headings = ["heard_of_us: What of heard_of_us?", "member: What of member?"]
    assert list(columns_of(export(campaign))[-2:]) == headings
    assert [[row[heading] for heading in headings] for row in taken(export(campaign))] == [
        ["Aux nouvelles", ""],
        ["A friend", "yes"],
        ["", ""],
    ]


def test_a_heading_keeps_its_first_words_and_new_ones_come_at_the_end(campaign: Campaign) -> None:
    an_edition(campaign, "en", questions=[own_question("b", "line", text="As first asked")])
    an_edition(campaign, "en", questions=[own_question("a", "line"), own_question("b", "line", text="Asked again")])
    an_edition(campaign, "en")
    assert list(questions_asked(campaign.pk).values()) == ["b: As first asked", "a: What of a?"]


def test_a_campaign_has_its_own_questions_only_and_the_whole_site_all(client: Client, campaign: Campaign) -> None:
    other = a_campaign(slug="other")
    edition = an_edition(campaign, questions=[own_question()])
    an_edition(other, questions=[own_question("union", "line"), own_question(text="As here")])
    plain = a_campaign(slug="plain")
    an_edition(plain)
    sign(client, edition, question_heard_of_us="A friend")
    assert list(questions_asked(other.pk)) == ["union", "heard_of_us"]
    assert columns_of(export(plain))[-1] == "consents"
    assert list(export(None).questions) == ["heard_of_us", "union"]
    assert [row["heard_of_us: What of heard_of_us?"] for row in taken(export(None))] == ["A friend"]


def test_without_people_there_are_no_answers(client: Client, campaign: Campaign) -> None:
    sign(client, an_edition(campaign, questions=[own_question()]), question_heard_of_us="A friend")
    [row] = taken(export(campaign, people=False))
    assert "A friend" not in row.values()
    assert not [name for name in row if name.startswith("heard_of_us")]


@pytest.mark.parametrize("kind", ["supporters", "consents", "letters"])
def test_no_other_file_has_them(campaign: Campaign, kind: str) -> None:
    an_edition(campaign, questions=[own_question()])
    assert not [name for name in columns_of(export(campaign, kind=kind)) if name.startswith("heard_of_us")]


def test_what_is_asked_meanwhile_is_in_the_next(client: Client, campaign: Campaign) -> None:
    """The head was written already."""
    asked = export(campaign)
    head = columns_of(asked)
    sign(client, an_edition(campaign, questions=[own_question()]), question_heard_of_us="A friend")
    assert [len(row) for some in rows_of(asked) for row in some] == [len(head)]


def test_a_spreadsheet_reckons_with_no_answer_and_no_heading(client: Client, campaign: Campaign) -> None:
    edition = an_edition(campaign, questions=[own_question("union", "line", text="=HYPERLINK(1)")])
    sign(client, edition, question_union="=HYPERLINK(2)")
    asked = export(campaign)
    rows = (row for some in rows_of(asked) for row in some)
    csv = b"".join(csv_lines([columns_of(asked), *rows], for_spreadsheet=True)).decode()
    assert csv.rstrip().endswith(",'=HYPERLINK(2)")
    assert ",union: =HYPERLINK(1)" in csv
