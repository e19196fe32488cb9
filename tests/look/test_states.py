"""Every state of every public page: renders, is sound HTML, loads nothing of others, and names all it asks."""

from __future__ import annotations

import gzip
import re
from functools import cache

import pytest

from tests.look.markup import Markup
from tests.look.states import STATES

every_state = pytest.mark.parametrize("name", STATES)
OUR_FIELDS = {"input", "select", "textarea"}


@cache
def read(name: str, language: str = "en") -> Markup:
    """Read once for all these tests, which only look at it."""
    return Markup(STATES[name].html(language))


@every_state
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_renders(name: str, language: str) -> None:
    page = read(name, language)

    assert page.wrong == []
    assert page.named("html")[0]["lang"] == language
    assert len(page.named("h1")) == 1
    assert page.named("h1")[0].text.strip()
    assert page.named("title")[0].text.strip(" –\n")


@every_state
def test_no_leftovers_of_templates_or_editors(name: str) -> None:
    html = STATES[name].html()

    assert not re.search(r"\{[{%#]|[#%}]\}|None|ShownField|StreamValue", html)
    assert not re.search(r"Section Structure|Scripts Block|Action Counter", html)


@every_state
def test_nothing_that_the_policy_forbids(name: str) -> None:
    """One inline style, the accent's, exactly as it was hashed; no inline script, handler or style attribute."""
    page = read(name)

    assert all(script["src"].startswith("/static/") and not script.text for script in page.named("script"))
    assert [style.text for style in page.named("style")] in (
        [],
        [":root{--accent-light:#8a1538;--accent-dark:#ff9db5}"],
    )
    assert not [a for element in page.all for a in element.attributes if a == "style" or re.match(r"on[a-z]+$", a)]


@every_state
def test_nothing_is_loaded_from_others(name: str) -> None:
    page = read(name)
    # A frame without an address is filled when the reader says yes.
    frames = [frame["src"] for frame in page.named("iframe") if frame["src"]]
    loaded = [element["src"] for element in page.named("img", "script")] + frames
    loaded += [link["href"] for link in page.named("link") if link["rel"] in {"stylesheet", "icon"}]

    assert all(re.match(r"/(?!/)", address) for address in loaded), loaded


@every_state
def test_every_control_has_a_visible_label(name: str) -> None:
    page = read(name)
    labels = {label["for"]: label for label in page.named("label")}

    for control in page.named(*OUR_FIELDS):
        if control["type"] == "hidden":
            continue
        assert labels[control["id"]].text.strip(), control
    assert all(button.text.strip() for button in page.named("button"))


@every_state
def test_ids_are_single_and_all_references_lead_somewhere(name: str) -> None:
    page = read(name)
    ids = [element["id"] for element in page.all if element["id"]]
    wanted = {
        one
        for element in page.all
        for key in ("aria-describedby", "aria-labelledby", "for", "data-copy")
        for one in element[key].split()
    }
    wanted |= {link["href"][1:] for link in page.named("a") if link["href"].startswith("#")}

    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


@every_state
def test_headings_never_skip_a_level(name: str) -> None:
    levels = [int(heading.tag[1]) for heading in read(name).named("h1", "h2", "h3", "h4")]
    problems_first = levels.index(1)

    assert all(
        then <= now + 1 for now, then in zip(levels[problems_first:], levels[problems_first + 1 :], strict=False)
    )


@every_state
def test_pictures_keep_their_place(name: str) -> None:
    """Width and height in the markup, so that nothing moves while they load; an alt text, if an empty one."""
    for picture in read(name).named("img"):
        assert picture["width"].isdigit()
        assert picture["height"].isdigit()
        assert "alt" in picture.attributes


@every_state
def test_the_page_is_light(name: str) -> None:
    assert len(gzip.compress(STATES[name].html().encode())) < 30_000


@pytest.mark.parametrize(("name", "signed"), [("open", "Your name"), ("later", "Jane Doe")])
def test_a_letter_is_signed_with_the_name_that_was_typed(name: str, signed: str) -> None:
    """Also without script: people are shown their letter before it leaves."""
    found = re.search(r"<span data-signature[^>]*>([^<]*)</span>", STATES[name].html())
    assert found
    assert found[1] == signed
