"""Campaigns that have everything in them, and the way of files from one place to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.cast import a_target
from tests.pages.conftest import MakePage
from tocsin.campaigns.models import Campaign, CounterEntry, ListMember, Target, TargetList
from tocsin.pages.files.carry import carry_out
from tocsin.pages.files.plan import Plan, plan_of
from tocsin.pages.files.read import CampaignFiles, read_files
from tocsin.pages.models import ActionPage

ODD = "« Œuvre » – “1 < 2 & 3 > 2” \\ \"x\" 'y' {name} [to fill in] ’ \u202f% 雨 \U0001f54a"
LONG = "\n\n".join([f"{ODD} {number}" for number in range(40)])
RICH = '<p>One &amp; <b>two</b> “q”<br/>three</p><ul><li>a <a href="https://x.example/?a=1&amp;b=2">l</a></li><li>b</li></ul>'
EVERYTHING: dict[str, Any] = {
    "seo_title": "Found",
    "search_description": "Two lines\nof it",
    "demand": ODD,
    "hero_alt": "A road",
    "hero_credit": "Drawn",
    "background_title": "Behind it",
    "form_headline": "Write",
    "form_intro": LONG,
    "button": "Send",
    "letter_mode": "blank",
    "letter_subject": ODD[:100],
    "letter_text": LONG,
    "letter_closing": "Yours sincerely,",
    "letter_header": "To {target}\r\nof {riding}",
    "targets_said": "your member",
    "petition_text": "We ask",
    "data_note": "Who gets what",
    "thanks_headline": "Thanks",
    "thanks_text": RICH,
    "mail_subject": "Thanks",
    "mail_text": "Hello {name},\n\nthanks.\n",
    "share_text": "Look",
    "outcome_result": "won",
    "outcome_day": date(2026, 5, 1),
    "outcome_headline": "It was suspended",
    "outcome_text": RICH,
    "talking_points": [{"type": "point", "value": ODD}],
    "openings": [{"type": "opening", "value": LONG[:600].strip()}, {"type": "opening", "value": "Short"}],
    "subjects": [{"type": "subject", "value": "Another"}],
    "prompts": [{"type": "question", "value": "Why?"}],
    "variants": [
        {"type": "variant", "value": {"attribute": "party", "negated": "is_not", "values": "A\nB", "text": "Other"}},
        {"type": "variant", "value": {"attribute": "match", "negated": "is", "values": "ON", "excluded": "None"}},
    ],
    "details": [
        {"type": "detail", "value": {"kind": "email", "required": True, "label": "", "help": ""}},
        {"type": "detail", "value": {"kind": "province", "required": False, "label": "Where", "help": "h"}},
    ],
    "questions": [
        {"type": "question", "value": {"text": "How?", "control": "choice", "options": "A\nB", "key": "how"}},
        {"type": "question", "value": {"text": "", "control": "line", "options": "", "key": "", "required": True}},
    ],
    "consents": [{"type": "consent", "value": {"purpose": "", "text": "May we?", "control": "yes_no"}}],
}


def story_of(picture: int | None) -> list[dict[str, Any]]:
    """Every block there is, and some that are hardly begun."""
    numbered = {"type": "item", "value": {"figure": "1", "text": "one"}, "id": "0b6a4b4e-8f5c-4d43-9e0b-1d8a8f3f6b8e"}
    facts = [numbered, {"figure": "", "text": ""}]
    image = {"image": picture, "alt": "A road", "credit": "", "caption": "Dawn"}
    video = {"url": "https://x.example/v", "title": "Film", "poster": None}
    return [
        {"type": "heading", "value": {"text": "Why"}},
        {"type": "text", "value": RICH},
        {"type": "picture", "value": image},
        {"type": "quote", "value": {"text": "Many\nlines", "who": "Jane Doe"}},
        {"type": "video", "value": video},
        {"type": "video", "value": {**video, "poster": picture}},
        {"type": "facts", "value": {"title": "", "items": facts}},
        {"type": "facts", "value": {"title": "None", "items": []}},
        {"type": "call", "value": {"text": "Now", "button": "Go"}},
    ]


@pytest.fixture
def whole(draft: MakePage, campaign: Campaign, picture: Any) -> Campaign:
    """A letter campaign in both languages, with every block, every part and odd characters."""
    story = story_of(picture.pk)
    shown = {"hero_image": picture, "share_image": picture, "story": story, "background": story[:3], "live": False}
    english = draft("en", **EVERYTHING, **shown)
    french = draft("fr", title="Gardez la porte ouverte", translation_key=english.translation_key, **EVERYTHING)
    for page in (english, french):
        link = (
            f'<p>See <a linktype="page" id="{french.pk}">this</a> and <a linktype="page" id="{english.pk}">that</a></p>'
        )
        page.background = [{"type": "text", "value": link}, *page.background.get_prep_value()]
        page.save_revision(clean=False)
    with_every_rule(campaign)
    return campaign


def with_every_rule(campaign: Campaign) -> None:
    parliament = TargetList.objects.create(name="Parliament « 1 »")
    member = a_target(name="Member", email="member@hearings.example", division_name="Ottawa")
    for match in ("ON", "QC"):
        ListMember.objects.create(target_list=parliament, target=member, match=match)
    said: dict[str, Any] = {
        "targeting": "answer",
        "matched_by": "province",
        "provider": "represent",
        "goal": None,
        "show_count_from": 25,
        "opens_at": datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
        "closes_at": datetime(2027, 1, 1, 0, 0, 0, 123456, tzinfo=UTC),
        "letters_not_before": datetime(2026, 7, 1, tzinfo=UTC),
        "time_zone": "America/St_Johns",
        "reply_to": "alias",
        "moderation": "off",
        "target_list": parliament,
    }
    flags = dict.fromkeys(("letters_held", "confirm_first", "offer_own_mail", "offer_print", "show_taken"), True)
    for name, value in {**said, **flags}.items():
        setattr(campaign, name, value)
    campaign.save()
    CounterEntry.objects.create(campaign=campaign, source="paper", people=5, reason="Vigil", entered_by_name="Jane Doe")


def read(files: Mapping[str, bytes], short_name: str = "") -> CampaignFiles:
    said = read_files(files, short_name)
    assert isinstance(said, CampaignFiles), [str(problem) for problem in said]
    return said


def brought(said: CampaignFiles, person: Any = None, ticked: tuple[str, ...] = ()) -> Campaign:
    plan = plan_of(said, person)
    assert plan.problems == [], [str(problem) for problem in plan.problems]
    return carry_out(said, person=person, seen=plan.seen, ticked=ticked)


def forget_everything() -> None:
    """As on another server: neither the campaign nor its pages, targets and lists are there; pictures neither."""
    CounterEntry.objects.all()._raw_delete("default")
    ActionPage.objects.all().delete()
    Campaign.objects.all().delete()
    TargetList.objects.all().delete()
    Target.objects.all().delete()


type PlanOf = Callable[[CampaignFiles], Plan]
