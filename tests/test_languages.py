"""The catalogues are whole: every string translated, the compiled file as fresh as the source, French set as French."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

pytestmark = pytest.mark.once

PACKAGE = Path(__file__).parents[1] / "src" / "tocsin"
LOCALE = PACKAGE / "locale"
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%%|\{[a-z_]*\}|</?[a-z]+>")
NO_BREAK = "\u00a0"


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def everything_said(language: str) -> Iterator[str]:
    for entry in catalogue(language):
        yield from translations(entry)


def keys(entries: Iterable[polib.POEntry]) -> set[tuple[str, str, str]]:
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "") for entry in entries}


@pytest.mark.parametrize("language", TRANSLATED)
def test_it_works(language: str) -> None:
    po = catalogue(language)
    assert [entry.msgid for entry in po.untranslated_entries()] == []
    assert [entry.msgid for entry in po.fuzzy_entries()] == []
    assert [entry.msgid for entry in po.obsolete_entries()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_says_what_the_source_says(language: str) -> None:
    def said(entries: Iterable[polib.POEntry]) -> dict[tuple[str, str, str], list[str]]:
        return {key: translations(entry) for entry in entries for key in keys([entry])}

    compiled = polib.mofile(str(LOCALE / language / "LC_MESSAGES" / "django.mo"))
    assert said(compiled) == said(catalogue(language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_put_in_stands_in_the_translation_too(language: str) -> None:
    for entry in catalogue(language):
        # A plural may leave its number out of no form; both English forms have it.
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for said in translations(entry):
            assert sorted(PLACEHOLDER.findall(said)) == wanted, entry.msgid


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_names_no_machine_and_nobody(language: str) -> None:
    po = catalogue(language)
    assert not {"Last-Translator", "Language-Team"} & set(po.metadata)
    assert "@" not in po.header
    for entry in po:
        assert entry.occurrences, entry.msgid
        for path, _line in entry.occurrences:
            assert (PACKAGE / path).is_file(), f"{path} is not in the package"


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_string_is_missing(language: str, tmp_path: Path) -> None:
    """In a copy of the package, gathered anew: what is in the code must be in the catalogue, and nothing else."""
    copy = tmp_path / "tocsin"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))
    gathered = gather(copy, language)
    assert sorted(keys(gathered) - keys(catalogue(language))) == [], "run “make messages” and translate these"
    assert sorted(keys(catalogue(language)) - keys(gathered)) == [], "run “make messages”: nobody says these any more"


def gather(package: Path, language: str) -> polib.POFile:
    """What `makemessages` finds below a folder. Its settings are Django's own: gathering needs nothing of ours."""
    command = [sys.executable, "-m", "django", "makemessages", "--locale", language, "--no-wrap", "--no-obsolete"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=package, env=environment, check=True, capture_output=True)
    return polib.pofile(str(package / "locale" / language / "LC_MESSAGES" / "django.po"))


# ── French, set as Québec sets it ───────────────────────────────────────────────────────────────────────────────
def test_french_counts_nobody_in_the_singular_and_a_million_in_the_plural() -> None:
    with translation.override("fr"):
        said = [
            ngettext("%(number)s person has taken action", "%(number)s people have taken action", number)
            % {"number": number}
            for number in (0, 1, 2, 1_000_000)
        ]
    assert said == ["0 personne a agi", "1 personne a agi", "2 personnes ont agi", "1000000 personnes ont agi"]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (r"'|\"", "a straight apostrophe or quotation mark"),
        (r"“|”", "an English quotation mark"),
        (rf"[^{NO_BREAK}]:(?!//)(?=\s|$)", "a colon without a no-break space before it"),
        (rf"«[^{NO_BREAK}]|[^{NO_BREAK}]»", "a guillemet without its no-break space"),
        (r"\s[;!?]", "a space before ; ! or ?"),
        (r"\.\.\.", "three dots for an ellipsis"),
        (r"(?<! )  (?! )", "two spaces"),
    ],
)
def test_french_is_set_as_french(wrong: str, what: str) -> None:
    found = [said for said in everything_said("fr") if re.search(wrong, said)]
    # Names of contexts of sealing are quoted to the letter.
    found = [said for said in found if not re.search(r"«\u00a0(action|message):\u00a0»", said)]
    assert found == [], what
