"""Files that cannot be brought in: each is told in a sentence, with its file and, where it is known, its line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.conftest import PICTURE
from tests.pages.files.conftest import read
from tocsin.pages.files import richtext
from tocsin.pages.files.read import read_files
from tocsin.pages.files.shape import Problem

pytestmark = pytest.mark.django_db
CAMPAIGN = 'format = 1\nname = "Open door"\nshort_name = "open-door"\nkind = "letter"\n'
PAGE = 'title = "Keep it open"\n'
TOP = '\n\n[[story]]\ntype = "%s"\n%s\n'


def folder(**changes: Any) -> dict[str, bytes]:
    """A small one; a dot is written as two lines: page__en. What is None is not there."""
    files = {"campaign.toml": CAMPAIGN, "page.en.toml": PAGE, **changes}
    return {
        name: text if isinstance(text, bytes) else text.encode() for name, text in files.items() if text is not None
    }


def told(files: dict[str, bytes]) -> list[str]:
    said = read_files(files)
    return [str(problem) for problem in said] if isinstance(said, list) else []


def test_it_works() -> None:
    said = read(folder())
    assert (said.name, said.short_name, said.kind, said.rules["goal"]) == ("Open door", "open-door", "letter", None)
    assert said.pages["en"]["title"] == "Keep it open"
    assert said.pages["en"]["letter_mode"] == "editable"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = ?", "campaign.toml, line 1: It cannot be read as TOML from here on (Invalid value)."),
        (CAMPAIGN.encode("utf-16"), "campaign.toml, line 1: It is not written in UTF-8."),
        (b"format = 1\n# \xe9", "campaign.toml, line 2: It is not written in UTF-8."),
        ("", "campaign.toml: Its format is missing. Write format = 1 in its first line."),
        (CAMPAIGN.replace("1", "2"), "campaign.toml, line 1: Its format is 2. This Tocsin reads format 1"),
        (CAMPAIGN.replace("letter", "poem"), "line 4: “poem” cannot stand here. Write one of these: letter, petition."),
        (CAMPAIGN.replace("open-door", "open door"), "campaign.toml, line 3: Enter a valid “slug”"),
        (CAMPAIGN.replace("Open door", "x" * 161), "line 2: It is too long: there is room for 160 characters"),
        (CAMPAIGN.replace('"Open door"', '"""\nA\nB"""'), "campaign.toml, line 2: It must stand on one line."),
        (CAMPAIGN.replace('"Open door"', "5"), "campaign.toml, line 2: Write a text in quotation marks here."),
        (CAMPAIGN + "pages = 2", "campaign.toml, line 5: “pages” is nothing that can be said here."),
        (CAMPAIGN + "scripts = []", "campaign.toml, line 5: Scripts are not brought in by files"),
        (CAMPAIGN + 'rules = "all"', "campaign.toml, line 5: This is a part of its own: write [rules]"),
        (
            CAMPAIGN + "[rules]\ngoal = true",
            "campaign.toml, line 6: Write a whole number, without quotation marks here.",
        ),
        (CAMPAIGN + "[rules]\ngoal = 0", "campaign.toml, line 6: Ensure this value is greater than or equal to 1."),
        (CAMPAIGN + f"[rules]\ngoal = {10**30}", "campaign.toml, line 6: Ensure this value is less than or equal to"),
        (CAMPAIGN + '[rules]\nprovider = "oracle"', "line 6: “oracle” cannot stand here. Write one of these: table"),
        (CAMPAIGN + '[rules]\ntime_zone = "Mars/Olympus"', "campaign.toml, line 6: “Mars/Olympus” is no time zone"),
        (CAMPAIGN + '[rules]\nconfirm_first = "yes"', "line 6: Write true or false, without quotation marks here."),
        (CAMPAIGN + "[rules]\npassword = 1", "campaign.toml, line 6: “password” is nothing that can be said here."),
        (
            CAMPAIGN + '[rules]\ntargeting = "postal"',
            "line 6: Choose the list in which the right target is looked for.",
        ),
        (CAMPAIGN.replace("letter", "petition") + '[rules]\ntargeting = "answer"', "A petition is signed, not sent."),
        (CAMPAIGN + "[dates]\nopens_at = 2026-12-01", "line 6: Write a day and a time like"),
        (
            CAMPAIGN + "[dates]\nopens_at = 2026-12-02T09:00:00Z\ncloses_at = 2026-12-01T09:00:00",
            "campaign.toml, line 7: A campaign cannot close before it opens.",
        ),
        (
            CAMPAIGN + "a = " + "[" * 3000 + "]" * 3000,
            "campaign.toml: It cannot be read as TOML: what stands in it is nested",
        ),
        (
            CAMPAIGN + "[" + ".".join("a" * 50) + "]",
            "campaign.toml, line 5: It cannot be read as TOML: what stands in it is nested",
        ),
        (
            CAMPAIGN + "a" + ".a" * 100_000 + " = 1",
            "campaign.toml, line 5: It cannot be read as TOML: what stands in it",
        ),
        (CAMPAIGN + "a = {a" + ".a" * 100_000 + " = 1}", "campaign.toml, line 5: It cannot be read as TOML: what"),
        (CAMPAIGN + "[a.a]\n" * 2, "campaign.toml, line 6: It cannot be read as TOML from here on"),
        (
            CAMPAIGN + "a = " + "{a.a.a.a.a.a.a.a.a.a = " * 90 + "1" + "}" * 90,
            "campaign.toml: It cannot be read as TOML: what stands in it is nested",
        ),
    ],
)
def test_what_is_wrong_with_a_campaign(text: str | bytes, sentence: str) -> None:
    problems = told(folder(**{"campaign.toml": text}))
    assert any(sentence in problem for problem in problems), problems


def test_a_character_that_is_none_is_left_out_as_a_form_does() -> None:
    text = CAMPAIGN.replace("Open door", "\\u0000Open\\u202e door")
    assert read(folder(**{"campaign.toml": text})).name == "Open door"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('demand = "no title"', "page.en.toml: The page has no title."),
        (PAGE + "script = 1", "page.en.toml, line 2: Scripts are not brought in by files"),
        (PAGE + 'colour = "red"', "page.en.toml, line 2: “colour” is nothing that can be said here."),
        (PAGE + f'demand = "{"x" * 251}"', "page.en.toml, line 2: It is too long: there is room for 250 characters"),
        (PAGE + 'letter_mode = "sung"', "page.en.toml, line 2: “sung” cannot stand here."),
        (PAGE + 'outcome_day = "soon"', "page.en.toml, line 2: Write a day like 2026-12-01"),
        (PAGE + 'slug = "a/b"', "page.en.toml, line 2: Enter a valid “slug”"),
        (PAGE + "thanks_text = '<script>steal()</script>'", "page.en.toml, line 2: This text holds a script"),
        (PAGE + "thanks_text = '<p onclick=\"x()\">a</p>'", "page.en.toml, line 2: This text holds a script"),
        (PAGE + "thanks_text = '<a href=\"javascript:x()\">a</a>'", "page.en.toml, line 2: This text holds a script"),
        (PAGE + "thanks_text = '<p><b>a</p>'", "page.en.toml, line 2: This HTML cannot be read: close every tag"),
        (PAGE + "story = 5", "page.en.toml, line 2: This is a list of blocks: write [[story]] for each."),
        (PAGE + 'story = ["a"]', "page.en.toml, line 2: This is a list of blocks"),
        (PAGE + TOP % ("poem", 'value = ""'), "page.en.toml, line 5: There is no block of the type “poem” here."),
        (PAGE + TOP % ("html", 'value = ""'), "There is no block of the type “html” here. There are: heading, text"),
        (PAGE + TOP % ("text", "value = 5"), "page.en.toml, line 6: Write a text in quotation marks here."),
        (PAGE + TOP % ("text", 'value = "<iframe>"'), "page.en.toml, line 6: This text holds a script"),
        (PAGE + TOP % ("text", ""), "page.en.toml, line 4: This block has no value."),
        (PAGE + TOP % ("text", 'value = ""\nid = "5"'), "page.en.toml, line 4: “id” is nothing that can be said here."),
        (PAGE + TOP % ("quote", 'value = "x"'), "This block has parts: text, who. Write them below its type"),
        (PAGE + TOP % ("quote", "[story.value]\nwhom = 1"), "page.en.toml, line 7: “whom” is nothing"),
        (
            PAGE + TOP % ("video", '[story.value]\nurl = "http://x.example"'),
            "line 7: Enter an address that begins with https",
        ),
        (PAGE + TOP % ("video", '[story.value]\nurl = "javascript:x"'), "page.en.toml, line 7: "),
        (
            PAGE + TOP % ("heading", f'[story.value]\ntext = "{"x" * 161}"'),
            "line 7: It is too long: there is room for 160",
        ),
        (
            PAGE + TOP % ("heading", '[story.value]\ntext = """\na\nb"""'),
            "page.en.toml, line 7: It must stand on one line.",
        ),
        (PAGE + TOP % ("facts", "[story.value]\nitems = [[1]]"), "page.en.toml, line 7: This is a list of blocks"),
        (PAGE + TOP % ("picture", '[story.value]\nimage = "pictures/no.jpg"'), "There is no picture “pictures/no.jpg”"),
        (
            PAGE + TOP % ("picture", "[story.value]\nimage = 7"),
            "page.en.toml, line 7: Write a text in quotation marks here.",
        ),
        (PAGE + 'hero_image = "../../etc/passwd"', "line 2: There is no picture “../../etc/passwd” in the folder."),
        (PAGE + "[[prompts]]\ntype = 'question'\nvalue = 'a'\n" * 4, "page.en.toml, line 2: There are more than 3."),
        (
            PAGE + TOP.replace("story", "details") % ("detail", '[details.value]\nkind = "shoe"'),
            "“shoe” cannot stand here.",
        ),
        (PAGE + TOP.replace("story", "details") % ("detail", '[details.value]\nrequired = "y"'), "Write true or false"),
    ],
)
def test_what_is_wrong_with_a_page(text: str, sentence: str) -> None:
    problems = told(folder(**{"page.en.toml": text}))
    assert any(sentence in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("page.de.toml", b"", "page.de.toml: There are no pages in the language “de” here. There are: en, fr."),
        ("page.EN.toml", PAGE.encode(), "page.EN.toml: It is there twice: as “page.en.toml”, too."),
        ("scripts.toml", b"", "scripts.toml: Scripts are not brought in by files"),
        ("spy.js", b"", "spy.js: Scripts are not brought in by files"),
        ("pages.toml", b"", "pages.toml: No file of a campaign is called so."),
        ("targets.csv", b"\x00\x01", "targets.csv: This is neither CSV nor an Excel file"),
        ("targets.csv", b"PK\x03\x04broken", "targets.csv: "),
        ("pictures/a.jpg", b"<svg onload=alert(1)>", "pictures/a.jpg: "),
        ("pictures/a.svg", b"<svg><script>alert(1)</script></svg>", "pictures/a.svg: "),
        ("pictures/a.png", PICTURE.read_bytes(), "pictures/a.png: Not a valid .png image."),
        (
            "pictures.toml",
            b"['no.jpg']\ntitle = 'a'",
            "pictures.toml, line 1: There is no picture “no.jpg” in the folder.",
        ),
    ],
)
def test_what_is_wrong_with_other_files(name: str, data: bytes, sentence: str) -> None:
    problems = told(folder(**{name: data}))
    assert any(sentence in problem for problem in problems), problems


def test_a_picture_with_a_title_that_is_none() -> None:
    titles = "['road.jpg']\ntitle = 5\nalt = 'x'\n"
    problems = told(folder(**{"pictures/road.jpg": PICTURE.read_bytes(), "pictures.toml": titles}))
    assert problems == [
        "pictures.toml, line 3: “alt” is nothing that can be said here. Take it out, or mend its spelling.",
        "pictures.toml, line 2: Write a text in quotation marks here.",
    ]


def test_without_a_campaign_it_is_none() -> None:
    assert told({"README.txt": b""}) == [
        "campaign.toml: It is missing. This is no folder of a campaign, or not all of it."
    ]


def test_too_many_files_and_too_large_ones() -> None:
    many = {f"pictures/{number}.jpg": b"" for number in range(400)}
    assert told(folder(**many)) == ["There are more than 300 files. Leave some out."]
    assert told(folder(**{"page.en.toml": b"#" * 3_000_000})) == ["page.en.toml: It is larger than 1 MB."]


def test_what_is_no_file_of_ours_is_left_out_and_told() -> None:
    said = read(folder(**{"notes.md": b"", "README.txt": b"", "ledger.csv": b"x"}))
    assert [str(remark) for remark in said.remarks] == ["notes.md: It is no file of a campaign, and is left out."]


def test_text_from_any_editor_is_the_same() -> None:
    windows = b"\xef\xbb\xbf" + (PAGE + 'letter_text = """\nDear\n\nyours"""').replace("\n", "\r\n").encode()
    assert read(folder(**{"page.en.toml": windows})).pages["en"]["letter_text"] == "Dear\n\nyours"


def test_rich_text_passes_the_editors_own_cleaning() -> None:
    rich = (
        "<h1>Big</h1>\\n<p class='x' style='y'>a <u>b</u> <a href='data:text/html,x'>c</a></p>\\n<p><img src=x />d</p>"
    )
    said = read(folder(**{"page.en.toml": f'{PAGE}thanks_text = "{rich}"'}))
    assert said.pages["en"]["thanks_text"] == "<p>Big</p>\n<p>a b c</p>\n<p>d</p>"


@pytest.mark.parametrize(
    ("rich", "said"),
    [
        ("<p>a</p>b" + "\n" * 29_990 + "c", "<p>a</p>\n<p>b c</p>"),
        ("<p>a</p>" + " \n" * 14_990 + "<ul>\n\n<li>b</li>\n</ul>", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>"),
        ("<p>one\u00a0\n two</p>\n\n<p>three</p>", "<p>one\u00a0 two</p>\n<p>three</p>"),
    ],
)
def test_empty_lines_without_end_say_no_more_than_one(rich: str, said: str) -> None:
    """Not timed: what looks for them again from each of them would need years for the first."""
    assert richtext.tidied(rich) == said


def test_what_could_run_is_found_behind_any_number_of_blanks() -> None:
    """Not timed either: a look that begins anew at each blank takes a minute."""
    assert not richtext.holds_script("<" + " " * 29_999)
    assert all(map(richtext.holds_script, ("< script>", "</ \n script>", f"<{' ' * 999}/{' ' * 999}iframe>")))


def test_a_page_of_a_number_cannot_be_linked() -> None:
    text = PAGE + 'thanks_text = \'<p><a linktype="page" id="1">a</a></p>\''
    assert read(folder(**{"page.en.toml": text})).pages["en"]["thanks_text"] == "<p>a</p>"


def test_a_date_without_a_zone_is_in_the_campaigns_own() -> None:
    text = CAMPAIGN + '[rules]\ntime_zone = "America/Vancouver"\n[dates]\nopens_at = 2026-12-01T09:00:00'
    assert str(read(folder(**{"campaign.toml": text})).dates["opens_at"]) == "2026-12-01 09:00:00-08:00"


def test_a_problem_says_where() -> None:
    assert str(Problem("", "It is broken.")) == "It is broken."
    assert str(Problem("a.toml", "It is broken.", 3)) == "a.toml, line 3: It is broken."
