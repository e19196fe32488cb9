"""Scripts in a real browser: they run, and the browser itself keeps them from the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import MakePage
from tests.scripting import one_that_runs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/en/keep-the-door-open/"

CURIOUS = """
<script>
  const said = (what) => console.log("said: " + what);
  const tries = {
    "read the form": () => parent.document.querySelector("#email").value,
    "keep a cookie": () => { document.cookie = "a=b"; },
    "keep something": () => localStorage.setItem("a", "b"),
    "leave the frame": () => { top.location.href = "/fr/"; },
  };
  for (const [what, attempt] of Object.entries(tries)) {
    try { attempt(); said("could " + what); } catch (error) { said("could not " + what); }
  }
  fetch("https://elsewhere.example.org/").catch(() => said("could not reach elsewhere"))
    .then(() => fetch("/en/")).catch(() => said("could not reach us")).then(() => said("done"));
</script>
"""


def heard(page: Any, path: str) -> list[str]:
    """What the scripts of a page say until they are done."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text.removeprefix("said: ")) if "said:" in line.text else None)
    with page.expect_console_message(lambda line: line.text == "said: done"):
        page.goto(path)
    return said


@pytest.mark.parametrize("beside", ["", "scripts.html"])
def test_a_curious_script_learns_nothing(
    live: MakePage, live_server: Any, new_page: Callable[..., Any], beside: str
) -> None:
    """In its frame, and also where somebody opens the frame's own address."""
    one_that_runs(live(), code=CURIOUS, hosts="stats.example.org")
    said = heard(new_page(base_url=live_server.url), PATH + beside)
    assert set(said) - {"could leave the frame", "could not leave the frame"} == {
        "could not read the form",
        "could not keep a cookie",
        "could not keep something",
        "could not reach elsewhere",
        "could not reach us",
        "done",
    }
    assert ("could not leave the frame" in said) == (beside == "")


@pytest.mark.parametrize("script", [True, False])
def test_what_is_asked_about_loads_after_the_yes_and_without_script_too(
    live: MakePage,
    live_server: Any,
    new_page: Callable[..., Any],
    script: bool,  # noqa: FBT001
) -> None:
    one_that_runs(live(), consent_class="statistics", code="<b>counted</b>")
    page = new_page(base_url=live_server.url, java_script_enabled=script)
    page.goto(PATH)
    assert [frame.url for frame in page.frames[1:]] in ([], ["about:blank"], [""])
    page.get_by_role("button", name="Yes, this time").click()
    frame = page.frame_locator("iframe[name=scripts-statistics]")
    expect(frame.get_by_text("Thank you. It runs for this visit.")).to_be_visible()
    expect(frame.get_by_text("counted")).to_have_count(1)
    assert page.url.endswith(PATH)
    assert page.context.cookies() == []
    page.reload()
    assert [frame.url for frame in page.frames[1:]] in ([], ["about:blank"], [""])
