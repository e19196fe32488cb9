"""Every public page in every state it has, rendered from plain words: name → HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from tests.words import OFFERED, filled, only_if, own_question, question, target, words
from tocsin.actions.accounted import Account, Elsewhere
from tocsin.actions.contract import read
from tocsin.actions.count import ShownCount
from tocsin.actions.fates import LetterFate, Receipt
from tocsin.actions.finding import Finding, Recipient
from tocsin.actions.form import Occasion, ShownForm, ShownSearch, show_form
from tocsin.actions.own_letter import OwnLetter
from tocsin.actions.reading import Problem
from tocsin.actions.sent import SentLetter
from tocsin.campaigns.targeting.answers import Outcome, Place
from tocsin.campaigns.words import EditionWords
from tocsin.look.policy import accent_style
from tocsin.outbox.models import State
from tocsin.pages.afterwards import Outcome as Ended
from tocsin.pages.afterwards import Result
from tocsin.pages.blocks import BackgroundBlock, StoryBlock
from tocsin.pages.how_we_count import A_PERSON, parts_of, placed, taken_out
from tocsin.pages.scripts_frame import Frames, Question
from tocsin.web.find import CHOOSE, NOT_FOUND, STILL_NOT_FOUND

NOW = datetime(2026, 6, 15, 16, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
CAMPAIGN = SimpleNamespace(time_zone="America/Toronto", opens_at=NOW, closes_at=NOW)
HERO = {
    "url": "/media/a.jpg",
    "width": 1200,
    "height": 800,
    "srcset": "/media/a.jpg 1200w",
    "alt": "A road",
    "credit": "X",
}
STORY = [
    {"type": "heading", "value": {"text": "Why now"}},
    {"type": "text", "value": "<p>Because <b>it matters</b>.</p>"},
    {"type": "quote", "value": {"text": "It shocks.", "who": "A court"}},
    {"type": "facts", "value": {"title": "In numbers", "items": [{"figure": "2", "text": "rulings"}]}},
    {"type": "call", "value": {"text": "Ask for it.", "button": "Write"}},
    {"type": "video", "value": {"url": "https://video.example/1", "title": "Turned back", "poster": None}},
]
YES_NO = {"purpose": "phone", "text": "May we call you?", "control": "yes_no"}
NEWS = {"purpose": "news", "text": "Write to me.", "control": "box"}
LETTER: Any = words()["letter"]
BLANK = words(
    letter={**LETTER, "mode": "blank", "text": "", "talking_points": ["Say who you are."]}, consents=[NEWS, YES_NO]
)
LOCKED = words(letter={**LETTER, "mode": "locked"})
PETITION = words(kind="petition", letter=None, petition_text="We ask for it.\n\nAll of us.", targets=[])
POSTAL = {
    "by": "postal",
    "field": "postal_code",
    "target_list": 1,
    "provider": "table",
    "said": "your member of Parliament",
}
RULE = {"attribute": "party", "values": ["Green", "Orange"], "negated": False}
OTHER = {"rule": RULE, "header": "", "closing": "", "text": "You said so yourself.", "excluded": ""}
SOUGHT = words(
    targets=[],
    targeting=POSTAL,
    letter={**LETTER, "header": "I, {name}, live in {riding}.", "closing": "Yours,\nfrom {city}"},
)
FULL = words(
    ways=["own_mail", "print"],
    letter={
        **LETTER,
        "header": "I live in {city}.",
        "openings": ["I am worried.", "I cannot sleep."],
        "subjects": ["Another subject"],
        "prompts": ["Why does this matter to you?", "Whom do you know who waits?"],
        "variants": [OTHER],
    },
    consents=[NEWS],
)
LOCKED_FULL = words(letter={**LETTER, "mode": "locked", "openings": ["I am worried."], "variants": [OTHER]})
HERE, THERE = (
    Place("ocd-division/country:ca/ed:1-2023", "Ottawa Centre"),
    Place("ocd-division/country:ca/ed:2-2023", "Kanata"),
)
MEMBER: Any = {
    "id": 3,
    "name": "Jane Doe, Member of Parliament",
    "address": ["Jane Doe", "House of Commons"],
    "greeting": "Dear Ms. Doe,",
}
EXCLUDED: Any = {**OTHER, "text": "", "excluded": "Your member of Parliament supports this already."}
SCRIPTS = Frames(
    "/en/act-now/scripts.html",
    [
        Question("statistics", "/en/act-now/scripts-statistics.html", ["stats.example.org"]),
        Question("advertising", "/en/act-now/scripts-advertising.html", []),
    ],
)
MANY = words(targets=[target(number) for number in range(1, 8)])
LONG = words(
    title="Menschenrechtsverteidigerinnenschutzprogramm " * 3,
    demand="End it, " * 30,
    fields=[question("given_name"), question("family_name"), question("email")],
)


SEVEN = [f"The {number}th" for number in range(7)]
QUESTIONS: Any = [
    own_question("union", "line", help="As it is called."),
    own_question("story", "lines", help="A few words are enough.", required=True),
    own_question("met", "choice", options=["Yes", "No"], help="In your community."),
    own_question("heard", "choice", options=["A friend", "The news", "A newsletter"], required=True),
    own_question("day", "choice", options=SEVEN, required=True, help="Of the march."),
    own_question("teacher", "box", help="At any school."),
    own_question("adult", "box", required=True),
]
ASKING = words(questions=QUESTIONS)
# One after another: each is asked only after an answer to the one before.
CHAIN: Any = [
    own_question("member", "choice", text="Are you in a union?", options=["Yes", "I was", "No"]),
    own_question("union", "line", text="Which one?", required=True, only_if=only_if("member", "Yes", "I was")),
    own_question("shop", "box", text="I speak for others there.", only_if=only_if("member", "Yes")),
    own_question("whom", "choice", text="For how many?", required=True, only_if=only_if("shop")),
    own_question("day", "choice", text="On which day?", options=SEVEN, only_if=only_if("whom", "A friend")),
]
ASKING_IN_TURN = words(questions=CHAIN)


def count(people: int, goal: int | None = 1000, shown_from: int = 1) -> ShownCount:
    return ShownCount(people, goal, NOW, shown_from)


def mistyped(asked: EditionWords) -> ShownForm:
    """A form sent with something wrong in as many ways as there are."""
    posted = filled(given_name="", email="jane@gmial.com", postal_code="X", text="", phone="1", subject="a" * 200)
    return show_form(
        7, asked, posted=posted, problems=read(asked, posted).problems, occasion=Occasion("utm_source=mail")
    )


def sought(outcome: Outcome, *recipients: Recipient, error: bool = False, **changes: str) -> dict[str, Any]:
    """The step that finds who gets the letter."""
    posted = filled(given_name="Jane", **changes)
    found = Finding(outcome, "K1A 0A6", recipients)
    said = STILL_NOT_FOUND if "not_found" in changes else NOT_FOUND
    problems = {Outcome.NONE: [Problem("postal_code", said)]}.get(outcome, [])
    problems += [Problem("division", CHOOSE)] if error else []
    occasion = Occasion(found=found, may_send=outcome is not Outcome.NONE)
    return _base(SOUGHT, form=show_form(7, SOUGHT, posted=posted, problems=problems, occasion=occasion))


def mistyped_in_full() -> ShownForm:
    posted = filled(email="jane", text=f"I am worried.\n\n{OFFERED}", offer="1", prompt_1="a" * 1001)
    return show_form(7, FULL, posted=posted, problems=read(FULL, posted).problems)


def mistyped_answers() -> ShownForm:
    posted = filled(
        question_union="a" * 201, question_story="=1", question_met="No", question_teacher="yes", question_day="?"
    )
    return show_form(7, ASKING, posted=posted, problems=read(ASKING, posted).problems)


def unanswered_in_turn() -> ShownForm:
    posted = filled(question_member="Yes", question_shop="yes")
    return show_form(7, ASKING_IN_TURN, posted=posted, problems=read(ASKING_IN_TURN, posted).problems)


def _own(way: str, text: str = "Dear Minister,\n\nplease.\n") -> dict[str, Any]:
    letter = OwnLetter("Jane Doe, Member of Parliament", "mp@parl.example", "House of Commons\nOttawa", "Hello", text)
    nobody = OwnLetter("", "", "", "Hello", text)
    carried = [("given_name", "Jane"), ("way", way)]
    return _base(words(), letters=[letter, nobody], way=way, action="/act/7/", carried=carried)


def _choose(outcome: Outcome, *recipients: Recipient, chosen: str = "", error: str = "") -> dict[str, Any]:
    search = ShownSearch("", Finding(outcome, "", recipients), error)
    return _base(SOUGHT, search=search, chosen=chosen, receipt_path="/receipt/k/")


def _base(asked: EditionWords, **more: Any) -> dict[str, Any]:
    brand = asked["brand"]
    style = accent_style(brand["accent"], brand["accent_dark"])
    return {"words": asked, "brand": brand, "accent_style": style, "language": asked["language"], **more}


def _action(asked: EditionWords | None = None, **more: Any) -> dict[str, Any]:
    asked = asked or words()
    page = SimpleNamespace(title=asked["title"], demand=asked["demand"], story=StoryBlock().to_python(STORY))
    shown = {
        "page": page,
        "form": show_form(7, asked),
        "count": count(785),
        "standing": "open",
        "opens_at": None,
        "closes_at": None,
        "translations": [{"language": "fr", "name": "Français", "url": "/fr/agissez/"}],
        "hero": HERO,
        "background_title": "How it works",
        "background": BackgroundBlock().to_python(STORY[:2]),
        "scripts": Frames(),
        "page_url": "https://act.example/en/act-now/",
        "share": {"text": "Will you?", "image_url": "/media/s.jpg"},
        "live": True,
    }
    return _base(asked, **{**shown, **more})


def _without_a_story(**more: Any) -> dict[str, Any]:
    said = words()
    page = SimpleNamespace(title=said["title"], demand=said["demand"], story=StoryBlock().to_python([]))
    return _action(page=page, background=None, **more)


def _thanks(asked: EditionWords, shown: ShownCount, *, way: str = "us", confirm_first: bool = False) -> dict[str, Any]:
    more = {"way": way, "confirm_first": confirm_first, "receipt_path": "/receipt/k/"}
    return _base(asked, count=shown, page_url="https://act.example/en/act-now/", **more)


def _leading_on(carried: str) -> dict[str, Any]:
    following = SimpleNamespace(pk=9, words=PETITION)
    return {**_thanks(words(), count(786)), "onward": following, "carried": carried}


def _leaving(done: str = "", *, campaign: bool = False, everything: bool = False) -> dict[str, Any]:
    return _base(words(), done=done, left_the_campaign=campaign, left_everything=everything)


def _ended() -> dict[str, Any]:
    ended = Ended(Result.PARTLY, date(2026, 6, 5), "The agreement was suspended", "<p>From <b>today</b> on.</p>")
    closes_at = NOW.astimezone(TORONTO)
    return _action(form=None, standing="closed", closes_at=closes_at, outcome=ended)


def _later_receipt(**state: Any) -> dict[str, Any]:
    """A receipt with what actions/fates.py will tell besides."""
    shown = _receipt(words(), [])
    receipt = {name: getattr(shown["receipt"], name) for name in ("edition", "accepted_at", "act", "sent")}
    return {**shown, "receipt": SimpleNamespace(**{**receipt, "letters": [], "being_prepared": False, **state})}


def _fate(goes_with: str) -> LetterFate:
    return LetterFate("Minister", "waiting", NOW, goes_with=goes_with)


def _kept() -> list[LetterFate]:
    waits = _fate("")
    return [replace(waits, paused=True), replace(waits, later=NOW.astimezone(TORONTO))]


def _receipt(asked: EditionWords, states: list[str], *, being_prepared: bool = False) -> dict[str, Any]:
    act = {
        "given_name": "Jane",
        "family_name": "Doe",
        "subject": "Hello",
        "text": "Please.",
        "consents": {"news": True},
    }
    letters = [LetterFate("Minister", state, NOW, "250 Ok") for state in states]
    edition: Any = SimpleNamespace(campaign=CAMPAIGN)
    sent = SentLetter(asked["targets"], "", "Please.", ["Sincerely,", "Jane Doe"]) if asked["letter"] else None
    state = "received" if being_prepared else "followed"
    return _base(asked, receipt=Receipt(edition, NOW, act, letters, state, sent=sent))


def _answered() -> dict[str, Any]:
    shown = _receipt(ASKING, [])
    shown["receipt"].act["answers"] = {"story": "First.\nThen.", "met": "No", "teacher": True}
    return shown


def _closed(standing: str, text: str = "My words.") -> dict[str, Any]:
    return _base(words(), standing=standing, text=text, campaign=CAMPAIGN)


def _home(*cards: dict[str, Any]) -> dict[str, Any]:
    shown = _action()
    kept = {key: shown[key] for key in ("page", "brand", "accent_style", "language", "translations")}
    return {**kept, "cards": list(cards), "intro": "Choose."}


def _card(**changes: Any) -> dict[str, Any]:
    card = {"url": "/en/a/", "title": "A", "demand": "B", "count": count(5), "hero": HERO, "standing": "open"}
    return {**card, **changes}


def _counted(*, full: bool) -> dict[str, Any]:
    """“How we count”: with something of everything, or with those alone who acted here."""
    lines: Any = [
        SimpleNamespace(people=people, reason=reason, counted_on=NOW.date(), entered_by_name="Jane Doe")
        for people, reason in ((212, "At the vigil in front of Parliament"), (-3, "Counted twice " * 20))
    ]
    elsewhere = [Elsewhere("paper", 209, lines, 5), Elsewhere("offset", 785, lines[:1], 1)] if full else []
    taken: Any = [
        SimpleNamespace(people=30, reason="Sent by a robot within a minute", decided_at=NOW, restores_id=None),
        SimpleNamespace(people=4, reason="These were people", decided_at=NOW, restores_id=1),
    ]
    proof: Any = SimpleNamespace(agrees=True, tallied=4812, found=4812, proved_at=NOW)
    account = Account(
        count(5806), 4812, elsewhere, taken if full else [], full, 12 if full else None, proof if full else None
    )
    shown = _action()
    kept = {key: shown[key] for key in ("page", "brand", "accent_style", "language", "translations")}
    at = {"as_of": NOW.astimezone(TORONTO), "proved_at": NOW.astimezone(TORONTO), "page_path": "/en/act-now/"}
    said = {
        "account": account,
        "parts": placed(parts_of(account)),
        "person": A_PERSON,
        "names_staff": full,
        "taken_out": taken_out(account, TORONTO),
    }
    return {**kept, **at, **said}


@dataclass(frozen=True)
class Shown:
    """One state: its template and what it is given (made late: it may translate)."""

    template: str
    context: Callable[[], dict[str, Any]]

    @cache  # noqa: B019  (there are few, and they live as long as the tests)
    def html(self, language: str = "en") -> str:
        with translation.override(language):
            return render_to_string(self.template, {**self.context(), "language": language})


ACTION, HOME, FIND = "pages/action_page.html", "pages/home_page.html", "web/find.html"
STATES: dict[str, Shown] = {
    "open": Shown(ACTION, _action),
    "open without a picture": Shown(ACTION, lambda: _action(hero=None)),
    "without a story": Shown(ACTION, _without_a_story),
    "without a story or a picture": Shown(ACTION, lambda: _without_a_story(hero=None)),
    "nobody yet": Shown(ACTION, lambda: _action(count=count(0, None))),
    "below the threshold": Shown(ACTION, lambda: _action(count=count(99, None, 100))),
    "twelve million": Shown(ACTION, lambda: _action(count=count(12_000_000, 12_000_000))),
    "blank letter": Shown(ACTION, lambda: _action(BLANK)),
    "locked letter": Shown(ACTION, lambda: _action(LOCKED)),
    "petition": Shown(ACTION, lambda: _action(PETITION)),
    "many targets": Shown(ACTION, lambda: _action(MANY)),
    "very long": Shown(ACTION, lambda: _action(LONG)),
    "preview with errors": Shown(ACTION, lambda: _action(BLANK, form=mistyped(BLANK), live=False)),
    "with scripts": Shown(ACTION, lambda: _action(scripts=SCRIPTS)),
    "who gets it is found later": Shown(ACTION, lambda: _action(SOUGHT)),
    "everything a letter can have": Shown(ACTION, lambda: _action(FULL)),
    "everything, to mend": Shown("web/mend.html", lambda: _base(FULL, form=mistyped_in_full())),
    "locked with an opening": Shown(ACTION, lambda: _action(LOCKED_FULL)),
    "questions of one’s own": Shown(ACTION, lambda: _action(ASKING)),
    "questions of one’s own, to mend": Shown("web/mend.html", lambda: _base(ASKING, form=mistyped_answers())),
    "questions asked in turn": Shown(ACTION, lambda: _action(ASKING_IN_TURN)),
    "questions asked in turn, to mend": Shown(
        "web/mend.html", lambda: _base(ASKING_IN_TURN, form=unanswered_in_turn())
    ),
    "found": Shown(FIND, lambda: sought(Outcome.FOUND, Recipient(HERE, MEMBER))),
    "found an empty seat": Shown(FIND, lambda: sought(Outcome.FOUND, Recipient(HERE))),
    "several": Shown(FIND, lambda: sought(Outcome.SEVERAL, Recipient(HERE, MEMBER), Recipient(THERE))),
    "several, none chosen": Shown(
        FIND, lambda: sought(Outcome.SEVERAL, Recipient(HERE, MEMBER), Recipient(THERE), error=True)
    ),
    "none": Shown(FIND, lambda: sought(Outcome.NONE)),
    "none again": Shown(FIND, lambda: sought(Outcome.NONE, not_found="yes")),
    "unavailable": Shown(FIND, lambda: sought(Outcome.UNAVAILABLE)),
    "no letter": Shown(
        "web/no_letter.html",
        lambda: _base(SOUGHT, recipient=Recipient(HERE, MEMBER, variant=EXCLUDED), text="My words."),
    ),
    "own mail": Shown("web/own.html", lambda: _own("own_mail")),
    "own mail, too long for a link": Shown("web/own.html", lambda: _own("own_mail", "Please.\n" * 400)),
    "own print": Shown("web/own.html", lambda: _own("print")),
    "confirm": Shown("web/confirm.html", lambda: _base(words())),
    "confirm a signature": Shown("web/confirm.html", lambda: _base(PETITION)),
    "confirmed": Shown("web/confirmed.html", lambda: _base(words(), receipt_path="/receipt/k/")),
    "confirmed a signature": Shown("web/confirmed.html", lambda: _base(PETITION, receipt_path="/receipt/k/")),
    "choose": Shown("web/choose.html", lambda: _choose(Outcome.SEVERAL, Recipient(HERE, MEMBER), Recipient(THERE))),
    "choose, none chosen": Shown(
        "web/choose.html", lambda: _choose(Outcome.SEVERAL, Recipient(HERE), Recipient(THERE), error="Choose.")
    ),
    "chosen": Shown("web/choose.html", lambda: _choose(Outcome.SEVERAL, chosen="Kanata")),
    "choose while nobody can say": Shown("web/choose.html", lambda: _choose(Outcome.UNAVAILABLE)),
    "page closed, with how it ended": Shown(ACTION, _ended),
    "page closed": Shown(ACTION, lambda: _action(form=None, standing="closed", closes_at=NOW.astimezone(TORONTO))),
    "page not yet open": Shown(
        ACTION, lambda: _action(form=None, standing="not_yet", opens_at=NOW.astimezone(TORONTO))
    ),
    "how we count": Shown("pages/how_we_count.html", lambda: _counted(full=True)),
    "how we count, here alone": Shown("pages/how_we_count.html", lambda: _counted(full=False)),
    "mend": Shown("web/mend.html", lambda: _base(BLANK, form=mistyped(BLANK))),
    "later": Shown("web/later.html", lambda: _base(words(), form=show_form(7, words(), posted=filled()), seconds=20)),
    "thanks": Shown("web/thanks.html", lambda: _thanks(words(), count(786))),
    "thanks, one step left": Shown("web/thanks.html", lambda: _thanks(words(), count(786), confirm_first=True)),
    "thanks, signature to confirm": Shown("web/thanks.html", lambda: _thanks(PETITION, count(786), confirm_first=True)),
    "thanks, sent by themselves": Shown("web/thanks.html", lambda: _thanks(words(), count(786), way="print")),
    "thanks, to be found": Shown("web/thanks.html", lambda: _thanks(SOUGHT, count(786))),
    "thanks, with more to do": Shown("web/thanks.html", lambda: _leading_on("sealed")),
    "thanks, with more to do and nothing carried": Shown("web/thanks.html", lambda: _leading_on("")),
    "the next action": Shown("web/onward.html", lambda: _base(words(), form=show_form(7, words()), filled=True)),
    "a link for one person": Shown(
        "web/personal.html", lambda: _base(words(), form=show_form(7, words()), filled=True)
    ),
    "a link that has ended": Shown("web/personal.html", lambda: _base(words(), form=show_form(7, words()))),
    "unsubscribe": Shown("web/unsubscribe.html", _leaving),
    "unsubscribe, left the campaign": Shown("web/unsubscribe.html", lambda: _leaving("campaign", campaign=True)),
    "unsubscribe, left everything": Shown("web/unsubscribe.html", lambda: _leaving("everything", everything=True)),
    "unsubscribe, came back": Shown("web/unsubscribe.html", lambda: _leaving("back")),
    "thanks for signing": Shown("web/thanks.html", lambda: _thanks(PETITION, count(3, None, 100))),
    "too late": Shown("web/closed.html", lambda: _closed("closed")),
    "too early": Shown("web/closed.html", lambda: _closed("not_yet", "")),
    "new words": Shown("web/closed.html", lambda: _closed("retired")),
    "receipt": Shown("web/receipt.html", lambda: _receipt(words(), [*map(str, State.values), "unheard of"])),
    "receipt with answers": Shown("web/receipt.html", _answered),
    "receipt being prepared": Shown("web/receipt.html", lambda: _receipt(words(), [], being_prepared=True)),
    "receipt of a signature": Shown("web/receipt.html", lambda: _receipt(PETITION, [])),
    "receipt unconfirmed": Shown("web/receipt.html", lambda: _later_receipt(state="unconfirmed")),
    "receipt seeking": Shown("web/receipt.html", lambda: _later_receipt(state="seeking")),
    "receipt to choose": Shown("web/receipt.html", lambda: _later_receipt(state="seeking", choose_path="/choose/k/")),
    "receipt self-sent": Shown("web/receipt.html", lambda: _later_receipt(state="followed", way="own_mail")),
    "receipt without a letter": Shown("web/receipt.html", lambda: _later_receipt(excluded="They agree already.")),
    "receipt of digests": Shown(
        "web/receipt.html", lambda: _later_receipt(letters=[*map(_fate, ("daily", "weekly", "hand_in")), *_kept()])
    ),
    "receipt from outside": Shown("web/receipt_outside.html", lambda: _base(words(), letters=[])),
    "home": Shown(HOME, lambda: _home(_card(), _card(hero=None, standing="closed"), _card(standing="not_yet"))),
    "home, where something ended": Shown(HOME, lambda: _home(_card(standing="closed", outcome=Result.WON))),
    "home empty": Shown(HOME, _home),
    "400": Shown("web/400.html", dict),
    "403": Shown("web/403.html", dict),
    "404": Shown("web/404.html", dict),
    "500": Shown("web/500.html", dict),
}
