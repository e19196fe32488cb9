"""The public pages in a real browser: every width, theme and way of reading; and what the script improves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsers import DESK, PHONE, what_axe_finds
from tests.look.states import STATES
from tocsin.look.policy import accent_style, content_policy

pytestmark = pytest.mark.browser

FILES = Path(__file__).parents[2] / "src/tocsin/look/static"
HERE = "http://127.0.0.1"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"><rect width="1200" height="800"/></svg>'
POLICY = content_policy(accent_style("#8a1538", "#ff9db5"))
NARROW = {"width": 320, "height": 640}
TABLET = {"width": 768, "height": 1024}
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
every_state = pytest.mark.parametrize("name", STATES)


@pytest.fixture
def show(new_page: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a state under the policy that it is served with; fails if the page complains about anything."""

    def show(name: str, *, answers: dict[str, str] | None = None, script: str = "", **options: Any) -> Any:
        html = STATES[name].html()  # here, not when the browser asks: that is another thread's turn
        page = new_page(**options)
        page.add_init_script(script)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route("**/*", lambda route: _answer(route, html, {} if answers is None else answers))
        page.goto(f"{HERE}/en/act-now/")
        page.wait_for_load_state("load")
        assert page.complaints == []
        return page

    return show


def _answer(route: Any, html: str, answers: dict[str, str]) -> None:
    path = route.request.url.removeprefix(HERE)
    if path in answers:
        route.fulfill(body=answers[path], content_type="application/json")
    elif "/scripts" in path:
        route.fulfill(body="<!doctype html><title>Scripts</title>", content_type="text/html")
    elif path.startswith("/static/"):
        route.fulfill(path=FILES / path.removeprefix("/static/"))
    elif path.startswith("/media/"):
        route.fulfill(body=PICTURE, content_type="image/svg+xml")
    else:
        route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})


def too_wide(page: Any) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("name", ["without a story", "without a story or a picture"])
def test_a_page_without_a_story_leaves_no_column_empty(show: Callable[..., Any], name: str) -> None:
    """The form stands below the demand, where the story would be."""
    page = show(name)
    demand, form = page.locator(".demand").bounding_box(), page.locator(".side").bounding_box()
    assert form["y"] > demand["y"] + demand["height"]
    assert abs(form["x"] - demand["x"]) < 48


@every_state
def test_everybody_can_use_it(show: Callable[..., Any], name: str) -> None:
    """On a desk by day and on the narrowest phone by night; as WCAG lets readers space and enlarge it (X1, X8, X9)."""
    page = show(name)
    assert what_axe_finds(page) == []

    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    assert what_axe_finds(page) == []
    assert too_small(page) == []
    assert too_wide(page) <= 0

    change_style(page, SPACED)
    assert too_wide(page) <= 0
    change_style(page, "html { font-size: 200% }")
    assert too_wide(page) <= 0


def test_everybody_can_use_it_on_a_tablet(show: Callable[..., Any]) -> None:
    page = show("open", viewport=TABLET)

    assert what_axe_finds(page) == []
    assert too_wide(page) <= 0


def change_style(page: Any, rule: str) -> None:
    page.evaluate(f"for (const sheet of document.styleSheets) if (sheet.href) sheet.insertRule({json.dumps(rule)})")


def too_small(page: Any) -> list[str]:
    """Buttons, fields, and links that stand alone; a link within a sentence is as high as its line,
    and that of a card is as large as the card."""
    found: list[str] = page.evaluate("""
        [...document.querySelectorAll("a, button, summary, input, select, textarea")]
            .filter((one) => one.checkVisibility())
            .filter((one) => !one.closest("[aria-hidden], .recall, .lead, .prose > p, .skip, .card"))
            .map((one) => (one.closest("label") ?? one))
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([html, box]) => `${html} ${box.width}×${box.height}`)
    """)
    return found


def test_on_a_desk_the_form_stands_beside_the_story_and_stays(show: Callable[..., Any]) -> None:
    page = show("open")
    story, form = page.locator(".story").bounding_box(), page.locator("#act").bounding_box()
    assert story["x"] + story["width"] < form["x"]
    assert not page.locator(".bar").is_visible()

    change_style(page, ".story { min-height: 5000px }")
    assert page.locator("#act").bounding_box()["y"] < DESK["height"] / 2

    page.evaluate("scrollTo({ top: 3000, behavior: 'instant' })")
    page.wait_for_timeout(100)
    button = page.get_by_role("button", name="Send my letter").bounding_box()
    assert 0 < button["y"] < DESK["height"] - button["height"]


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_way_to_the_form_is_at_the_thumb(show: Callable[..., Any], script: bool) -> None:  # noqa: FBT001
    page = show("open", viewport=PHONE, java_script_enabled=script, reduced_motion="reduce")
    way = page.get_by_role("link", name="Take action")
    box = way.bounding_box()
    assert box["y"] + box["height"] <= PHONE["height"]
    assert box["y"] > PHONE["height"] * 0.8

    way.click()
    page.wait_for_timeout(100)
    assert page.get_by_role("heading", name="Write to the Minister").bounding_box()["y"] < PHONE["height"] / 3
    assert way.bounding_box()["y"] < 0  # left behind, so it covers no field


def test_by_keyboard_from_the_top_to_the_button(show: Callable[..., Any]) -> None:
    page = show("open")
    walked = []
    for _ in range(40):
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        if walked[-1] == "Send my letter":
            break

    assert walked[:3] == ["Skip to the content", "Skip to the form", "Français"]
    fields = ["subject", "text", "given_name", "family_name", "email", "city", "postal_code"]
    fields += ["province", "country", "phone", "consent_news", "Send my letter"]
    assert walked[-len(fields) :] == fields
    assert "homepage" not in walked


def test_the_skip_link_leads_into_the_form(show: Callable[..., Any]) -> None:
    page = show("open")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.id") == "subject"


def test_what_has_the_focus_is_never_below_the_bar(show: Callable[..., Any]) -> None:
    page = show("open", viewport=PHONE, reduced_motion="reduce")
    bar = page.locator(".bar")
    for _ in range(12):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        focused = page.evaluate(
            "(() => { const b = document.activeElement.getBoundingClientRect(); return [b.top, b.bottom] })()"
        )
        if not page.evaluate("document.activeElement.closest('.bar') !== null"):
            box = bar.bounding_box()
            assert focused[1] <= box["y"] + 1 or focused[0] >= box["y"] + box["height"] - 1


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("name", ["mend", "later"])
def test_what_went_wrong_is_heard_first(show: Callable[..., Any], name: str, script: bool) -> None:  # noqa: FBT001
    page = show(name, java_script_enabled=script)
    page.wait_for_timeout(500)

    assert page.locator("#problems:focus").count() == 1
    assert page.complaints == []


def test_an_error_leads_to_its_field(show: Callable[..., Any]) -> None:
    page = show("mend", reduced_motion="reduce")
    page.get_by_role("link", name="Enter your first name.").click()

    assert page.locator("#given_name:focus").count() == 1


def test_french_quotation_marks_keep_their_distance(show: Callable[..., Any]) -> None:
    """Browsers know the marks of French, and not the spaces inside them."""
    page = show("open")
    page.evaluate("document.documentElement.lang = 'fr'")
    quotes = page.locator(".quote blockquote").first.evaluate("quote => getComputedStyle(quote).quotes")
    assert quotes.startswith('"«\N{NO-BREAK SPACE}" "\N{NO-BREAK SPACE}»"')


def test_the_name_is_written_below_the_letter(show: Callable[..., Any]) -> None:
    page = show("open")
    assert page.locator("[data-signature]").inner_text() == "Your name"

    page.fill("#given_name", "Jane")
    page.fill("#family_name", "Doe <b>")
    assert page.locator("[data-signature]").inner_text() == "Jane Doe <b>"


def test_a_letter_that_becomes_long_says_how_much_room_is_left(show: Callable[..., Any]) -> None:
    page = show("open")
    assert not page.locator(".left").is_visible()

    page.fill("#text", "a" * 7600)
    assert page.locator(".left").inner_text() == "400 characters left"


def test_the_button_is_pressed_once(show: Callable[..., Any]) -> None:
    page = show("open")
    page.evaluate("document.querySelector('form').addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name="Send my letter").click()

    assert page.get_by_role("button", name="Sending…").is_disabled()


def test_the_number_follows_the_count(show: Callable[..., Any]) -> None:
    """Every 15 seconds at first; read aloud at most once a minute."""
    counts = {"/en/act-now/count.json": '{"count": 12345, "goal": 1000}'}
    page = show("open", answers=counts)
    page.clock.install()
    page.reload()
    page.clock.run_for(16_000)
    expect(page.locator(".count-people")).to_have_text("12,345 people have taken action")
    assert page.locator("[role=status]").inner_text() == ""

    counts["/en/act-now/count.json"] = '{"count": 12346, "goal": 1000}'
    page.clock.run_for(60_000)
    expect(page.locator(".count-people")).to_have_text("12,346 people have taken action")
    expect(page.locator("[role=status]")).to_have_text("12,346 people have taken action")


def test_the_link_is_copied(show: Callable[..., Any]) -> None:
    page = show("thanks")
    page.get_by_role("button", name="Copy the link").click()

    page.get_by_role("button", name="Copied").wait_for()


def test_without_script_no_button_is_dead(show: Callable[..., Any]) -> None:
    for name in ("thanks", "receipt", "too late"):
        page = show(name, java_script_enabled=False)
        assert page.locator("main button").count() == 0 or not page.locator("main button:visible").count()


def test_in_forced_colours_the_goal_and_the_button_are_seen(show: Callable[..., Any]) -> None:
    page = show("open", forced_colors="active")

    assert page.get_by_role("progressbar").is_visible()
    button = page.get_by_role("button", name="Send my letter")
    assert button.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "2px"


def test_printed_it_is_the_story_with_its_background(show: Callable[..., Any]) -> None:
    page = show("open")
    page.emulate_media(media="print")

    assert page.locator("h1").is_visible()
    assert not page.locator("form").is_visible()
    assert not page.locator(".bar").is_visible()


def test_french_quotes_the_servers_words_with_room_around_them(show: Callable[..., Any]) -> None:
    """Left to the browser they would stand as «250 OK», in the marks of the page and without its spaces."""
    page = show("open")
    quotes = "(language) => { document.documentElement.lang = language; return getComputedStyle(NODE).quotes }"
    node = "document.body.appendChild(document.createElement('p')).appendChild(document.createElement('q'))"
    assert page.evaluate(quotes.replace("NODE", node), "fr").startswith('"«\u00a0" "\u00a0»"')
    assert page.evaluate(quotes.replace("NODE", node), "en") == "auto"
