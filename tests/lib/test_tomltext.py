"""TOML as it is written: it comes back exactly, reads well, and its lines are found."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.lib.tomltext import as_toml, line_in, line_of, line_of_longer_key, lines_of

pytestmark = pytest.mark.once
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SCALARS = TEXTS | st.booleans() | st.integers(-(2**40), 2**40) | st.dates()
TABLES = st.recursive(
    st.dictionaries(TEXTS, SCALARS, max_size=3),
    lambda inner: st.dictionaries(TEXTS, SCALARS | inner | st.lists(inner, min_size=1, max_size=3), max_size=3),
    max_leaves=8,
)
PAGE = '''title = "A"
letter_text = """
title = "no key"
[no.table]
end"""

[[story]]
type = "text"

[[story]]
type = "facts"
[story.value]
title = "B"

[[story.value.items]]
type = "item"
[story.value.items.value]
figure = "1"

[rules]
goal = 5

["a.jpg"]
title = "C"
'''


def test_it_works() -> None:
    story = [
        {"type": "text", "value": "<p>a</p>\n<p>b</p>"},
        {"type": "call", "value": {"text": "Now", "button": "Go"}},
    ]
    written = as_toml(
        {"title": "Say “yes”", "goal": None, "day": date(2026, 11, 27), "story": story, "rules": {"x": True}}
    )

    assert written == (
        'title = "Say “yes”"\nday = 2026-11-27\n\n[[story]]\ntype = "text"\nvalue = """\n<p>a</p>\n<p>b</p>"""\n\n'
        '[[story]]\ntype = "call"\n[story.value]\ntext = "Now"\nbutton = "Go"\n\n[rules]\nx = true\n'
    )


@given(TABLES)
def test_everything_comes_back(data: dict[str, object]) -> None:
    assert tomllib.loads(as_toml(data)) == data


@pytest.mark.parametrize(
    "text",
    ['"', '\n"', 'a\n"""', 'a\n""""""b', "a\\\nb", "\n\n", "a\r\nb", "\x00\n", "tab\t", "end\\", "\u2028\u0085", "’«»"],
)
def test_odd_texts_come_back(text: str) -> None:
    assert tomllib.loads(as_toml({"a": text})) == {"a": text}


def test_html_is_not_full_of_backslashes() -> None:
    assert as_toml({"a": '<a href="x">'}) == """a = '<a href="x">'\n"""


def test_moments_come_back() -> None:
    at = datetime(2026, 12, 1, 9, 30, 0, 123456, tzinfo=UTC)
    assert tomllib.loads(as_toml({"at": at})) == {"at": at}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("letter_text",), 2),
        (("story", 1), 10),
        (("story", 1, "type"), 11),
        (("story", 1, "value", "title"), 13),
        (("story", 1, "value", "items", 0, "value", "figure"), 18),
        (("story", 1, "value", "nothing"), 12),
        (("rules", "goal"), 21),
        (("story",), 7),
        (("a.jpg", "title"), 24),
        (("nothing",), None),
    ],
)
def test_lines_are_found(path: tuple[str | int, ...], line: int | None) -> None:
    tomllib.loads(PAGE)
    assert line_of(lines_of(PAGE), path) == line


def test_the_line_of_an_error() -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads("a = 1\nb = ?\n")
    assert line_in(error.value) == 2
    assert line_in(ValueError("x")) is None


DOTTED = ".".join(["a"] * 13)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{DOTTED} = 1", 1),
        (f"a = 1\n[{DOTTED}]", 2),
        (f"a = [\n{{ b = 1, {DOTTED} = 2 }}]", 2),
        (f"a = 1\n[[ {DOTTED.replace('.', ' . ')} ]]", 2),
        (".".join(['"a.\\"b"', "'c.d'", "e"] * 5) + " = 1", 1),
        (f'a = """\nx"""""\n{DOTTED} = 1', 3),
        (DOTTED.removesuffix(".a") + " = 1", None),
        (f"a = 1 # {DOTTED}", None),
        (f'a = "{DOTTED} = 1"', None),
        (f'a = """\n\\"""\n{DOTTED} = 1\n"""\nb = \'\'\'\n[{DOTTED}]\n\'\'\'', None),
        (f'"{DOTTED} {DOTTED}" = 1', None),
        (f'a = "\n{DOTTED} = 1', 2),
    ],
)
def test_a_key_of_too_many_parts_is_found(text: str, line: int | None) -> None:
    assert line_of_longer_key(text, 12) == line


@pytest.mark.parametrize(
    "text",
    [
        "[" + " " * 500_000,
        '["x' + " " * 500_000 + 'x"]',
        '"""' + '\\"""' * 200_000,
        '"' + '\\\n\\"' * 200_000,
        "a " * 400_000,
    ],
)
def test_each_sign_is_looked_at_once(text: str) -> None:
    """Not timed: what goes back at each blank or mark would take hours."""
    assert line_of_longer_key(text, 12) is None
    assert len(lines_of(text)) <= 1
