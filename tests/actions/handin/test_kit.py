"""The kit: own words first, everybody in it once, sealed on the disk, with fingerprints that hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.actions.handin.conftest import Write, write_letter
from tocsin.actions.handin import choose, kit
from tocsin.actions.handin.jobs import make
from tocsin.actions.handin.record import begin, free, free_what_failed, put_away
from tocsin.actions.handin.store import FILES, remove_old_kits
from tocsin.actions.handin.wording import Asked, proposed_text
from tocsin.actions.models import HandIn, Letter
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib import sealedfile
from tocsin.lib.sealing import CannotOpen
from tocsin.outbox.models import State

pytestmark = pytest.mark.django_db
ASKED = Asked(place="Ottawa", signatory="Jane Doe", texts={"en": "We bring {letters}, {own_words} of them own."})


def begun(campaign: Campaign) -> HandIn:
    target = campaign.targets.get()
    return begin(campaign=campaign, target=target, made_by_name="Jane Doe")


def made(campaign: Campaign, asked: Asked = ASKED) -> HandIn:
    hand_in = begun(campaign)
    make.func(hand_in.pk, asked.as_json())
    hand_in.refresh_from_db()
    return hand_in


def opened(hand_in: HandIn) -> zipfile.ZipFile:
    found = FILES.pieces(hand_in.file)
    assert found is not None
    return zipfile.ZipFile(io.BytesIO(b"".join(found)))


@pytest.mark.usefixtures("pages")
def test_it_works(write: Write, campaign_open: Campaign) -> None:
    unchanged = [write(name="Ann"), write(name="Bob")]
    own = write(own_words="My sister waits.", name="Cy")
    hand_in = made(campaign_open)
    assert (hand_in.state, hand_in.people, hand_in.note) == (HandIn.State.READY, 3, "")
    numbers = dict(Letter.objects.values_list("pk", "number"))
    assert [numbers[letter.pk] for letter in [own, *unchanged]] == [1, 2, 3]
    archive = opened(hand_in)
    assert archive.namelist() == [
        "cover-en.html",
        "letters-001.html",
        "names-001.html",
        "signature-sheet-en.html",
        "letters.csv",
        "manifest.json",
    ]
    assert "We bring 3, 1 of them own." in archive.read("cover-en.html").decode()
    book, names = archive.read("letters-001.html").decode(), archive.read("names-001.html").decode()
    assert "My sister waits." in book
    assert "Ann" not in book
    assert names.count("Please give every family a fair hearing") == 1
    assert "Ann Doe" in names
    assert "Bob Doe" in names


@pytest.mark.usefixtures("pages")
def test_the_manifest_holds(write: Write, campaign_open: Campaign) -> None:
    letter = write(own_words="Mine.")
    hand_in = made(campaign_open)
    archive = opened(hand_in)
    data = archive.read("manifest.json")
    manifest = json.loads(data)
    assert hashlib.sha256(data).hexdigest() == hand_in.manifest_sha256
    for file in manifest["files"]:
        assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
    assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    reference = f"{campaign_open.pk}-{letter.action_id}"
    expected = {"number": 1, "reference": reference, "message": letter.message.ref, "sha256": letter.message.sha256}
    assert manifest["letters"] == [expected]


@pytest.mark.usefixtures("pages")
def test_a_formula_for_a_name_is_inert_in_the_spreadsheet(write: Write, campaign_open: Campaign) -> None:
    write(name="=HYPERLINK(1)")
    lines = opened(made(campaign_open)).read("letters.csv").decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(lines)))["name"] == "'=HYPERLINK(1) Doe"


def test_nothing_of_it_lies_open_on_the_disk(write: Write, campaign_open: Campaign) -> None:
    write(own_words="My sister waits.", name="Zebulon")
    hand_in = made(campaign_open)
    [file] = FILES.path.iterdir()
    assert file.name == hand_in.file
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Zebulon" not in file.read_bytes()
    assert b"manifest.json" not in file.read_bytes()


@pytest.mark.usefixtures("pages")
def test_a_kit_is_made_of_what_is_free(write: Write, campaign_open: Campaign) -> None:
    write()
    write(state=State.CANCELLED)
    sent = write(state=State.SENT)
    assert made(campaign_open).people == 1
    assert made(campaign_open).note == "There was no letter to put into it."
    everything = made(campaign_open, Asked(taken_too=True))
    assert list(everything.letters.all()) == [sent]


@pytest.mark.usefixtures("pages")
def test_put_away_its_letters_are_free_again(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    assert put_away(hand_in)
    free(hand_in)
    assert not list(FILES.path.iterdir())
    assert not Letter.objects.exclude(hand_in=None, number=None).exists()
    assert made(campaign_open).people == 1


def test_what_is_put_away_while_it_is_made_keeps_no_letter(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = begun(campaign_open)
    assert put_away(hand_in)
    free(hand_in)
    assert choose.number_letters(hand_in, taken_too=False) == 0
    assert Letter.objects.get().hand_in is None


def test_letters_of_a_kit_that_broke_off_while_it_was_put_away_are_freed(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    put_away(hand_in)
    assert Letter.objects.get().hand_in == hand_in
    assert free_what_failed() == 1
    assert Letter.objects.get().hand_in is None
    assert free_what_failed() == 0


def test_no_kit_holds_more_than_it_may(write: Write, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "MOST_IN_A_KIT", 3)
    monkeypatch.setattr(choose, "AT_ONCE", 2)
    for number in range(3):
        write(own_words=f"Own {number}.")
        write()
    hand_in = begun(campaign_open)
    assert choose.number_letters(hand_in, taken_too=False) == 3
    taken = hand_in.letters.order_by("number").values_list("number", "own_words")
    assert list(taken) == [(1, True), (2, True), (3, True)]


@pytest.mark.usefixtures("pages")
def test_what_was_handed_over_cannot_be_put_away(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    HandIn.objects.update(state=HandIn.State.HANDED_OVER)
    assert not put_away(hand_in)
    assert Letter.objects.get().hand_in == hand_in


@pytest.mark.usefixtures("pages")
def test_a_job_that_is_run_again_makes_the_same(write: Write, campaign_open: Campaign, monkeypatch: Any) -> None:
    for _ in range(3):
        write()
    hand_in = begun(campaign_open)
    assert choose.number_letters(hand_in, taken_too=False) == 3
    write(own_words="Later.")
    make.func(hand_in.pk, ASKED.as_json())
    hand_in.refresh_from_db()
    assert hand_in.people == 4
    assert [letter.number for letter in hand_in.letters.order_by("number")] == [1, 2, 3, 4]


def test_one_that_breaks_says_so_and_frees_its_letters(
    write: Write, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()

    def broken(*_: object) -> None:
        raise ValueError("Jane Doe")

    monkeypatch.setattr(kit, "typeset", broken)
    hand_in = made(campaign_open)
    assert (hand_in.state, hand_in.file) == (HandIn.State.FAILED, "")
    assert "ValueError" in hand_in.note
    assert "Jane" not in hand_in.note
    assert Letter.objects.get().hand_in is None
    assert not list(FILES.path.iterdir())


@pytest.mark.usefixtures("pages")
def test_a_letter_whose_key_is_gone_is_left_out_and_said(write: Write, campaign_open: Campaign) -> None:
    write()
    broken = write()
    broken.message.sealed = b"x"
    broken.message.save()
    hand_in = made(campaign_open)
    assert hand_in.people == 1
    assert json.loads(opened(hand_in).read("manifest.json"))["unreadable"] == 1


def test_a_letter_without_a_text_of_its_own_is_a_letter(write: Write, campaign_open: Campaign) -> None:
    write(text="")
    hand_in = made(campaign_open)
    assert (hand_in.state, hand_in.people) == (HandIn.State.READY, 1)


@pytest.mark.usefixtures("pages")
def test_volumes(write: Write, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "LETTERS_IN_A_VOLUME", 2)
    monkeypatch.setattr(kit, "NAMES_IN_A_VOLUME", 2)
    monkeypatch.setattr(choose, "AT_ONCE", 2)
    for number in range(5):
        write(own_words=f"Own {number}.")
        write(name=f"Same {number}")
    archive = opened(made(campaign_open))
    names = archive.namelist()
    assert [name for name in names if name.startswith("letters-")] == [f"letters-00{n}.html" for n in (1, 2, 3)]
    assert [name for name in names if name.startswith("names-")] == [f"names-00{n}.html" for n in (1, 2, 3)]
    every = "".join(archive.read(name).decode() for name in names)
    assert all(every.count(f"Own {number}.") == 1 for number in range(5))


@pytest.mark.usefixtures("pages")
def test_old_kits_are_removed_and_the_record_stays(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    assert remove_old_kits() == 0
    HandIn.objects.update(made_at=timezone.now() - timedelta(days=15))
    assert remove_old_kits() == 1
    hand_in.refresh_from_db()
    assert (hand_in.file, hand_in.state, hand_in.people) == ("", HandIn.State.READY, 1)
    assert not list(FILES.path.iterdir())


def test_two_languages(edition_en: Edition, edition_fr: Edition, campaign_open: Campaign) -> None:
    write_letter(edition_en, own_words="In English.")
    write_letter(edition_fr, own_words="En français, s’il vous plaît.")
    texts = {code: proposed_text(code) for code in ("en", "fr")}
    archive = opened(made(campaign_open, Asked(texts=texts)))
    assert {"cover-en.pdf", "cover-fr.pdf", "signature-sheet-en.pdf", "signature-sheet-fr.pdf"} <= set(
        archive.namelist()
    )


def test_the_covering_letter_says_what_each_signed(
    edition_en: Edition, edition_fr: Edition, campaign_open: Campaign, pages: None
) -> None:
    asked = Asked(texts={"en": "{signed}", "fr": "{signed}"})
    write_letter(edition_en)
    write_letter(edition_fr)
    today = opened(made(campaign_open, asked)).read("cover-en.html").decode()
    assert "They are about “A fair hearing”: Hear every family." in today
    for _number in range(2):
        write_letter(edition_en)
    changed = {**edition_en.words, "title": "Hear them now", "demand": "Hear every family this year."}
    write_letter(publish_edition(campaign=campaign_open, language="en", words=changed))
    archive = opened(made(campaign_open, asked))
    in_english = archive.read("cover-en.html").decode()
    assert "– 2 letters: “A fair hearing”. Hear every family." in in_english
    assert "– 1 letter: “Hear them now”. Hear every family this year." in in_english
    assert "They are about" not in in_english
    assert "Hear every family this year." in archive.read("cover-fr.html").decode()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the PDF")
def test_words_are_inert_in_the_pdf_and_it_is_tagged(write: Write, campaign_open: Campaign, tmp_path: Path) -> None:
    nasty = 'Mark *me* #panic("x") $x$ `code` @ref <a> \\ "quote"\n= Heading\n#read("/etc/passwd")\n' + "x" * 300
    write(own_words=nasty, name="#eval(1)")
    archive = opened(made(campaign_open))
    (tmp_path / "book.pdf").write_bytes(archive.read("letters-001.pdf"))
    text = subprocess.run(["pdftotext", tmp_path / "book.pdf", "-"], capture_output=True, check=True).stdout.decode()
    for word in ['#panic("x")', "*me*", "= Heading", '#read("/etc/passwd")', "#eval(1)", "`code`", "@ref <a> \\"]:
        assert word in text, word
    assert text.replace("\u200b", "").replace("\n", "").count("x" * 300) == 1
    said = subprocess.run(["pdfinfo", tmp_path / "book.pdf"], capture_output=True, check=True).stdout.decode()
    assert "Tagged:          yes" in said
    assert "A fair hearing" in said
    assert b"/Lang(en)" in (tmp_path / "book.pdf").read_bytes()


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("spoil", ["cut", "swap", "bit"])
def test_a_spoilt_file_does_not_open(
    write: Write, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    monkeypatch.setattr(sealedfile, "PIECE", 1000)
    write()
    hand_in = made(campaign_open)
    path = FILES.path / hand_in.file
    data = bytearray(path.read_bytes())
    first = 4 + int.from_bytes(data[:4])
    if spoil == "cut":
        del data[first:]
    elif spoil == "swap":
        data = data[first:] + data[:first]
    else:
        data[first // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CannotOpen):
        b"".join(FILES.pieces(hand_in.file) or [])


@pytest.mark.usefixtures("pages")
def test_a_photograph_ends_half_a_year_after_its_campaign(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    name = FILES.new_name("photo", hand_in.pk)
    with FILES.write(name) as file:
        file.write(b"faces")
    os.utime(FILES.path / name, (0, 0))

    def removed_where(closed: int | None, handed_over: int) -> bool:
        now = timezone.now()
        over = {"state": HandIn.State.HANDED_OVER, "photo": name, "handed_over_at": now - timedelta(days=handed_over)}
        HandIn.objects.filter(pk=hand_in.pk).update(**over)
        Campaign.objects.update(closes_at=None if closed is None else now - timedelta(days=closed))
        remove_old_kits()
        return not FILES.holds(name)

    assert not removed_where(closed=None, handed_over=900)
    assert not removed_where(closed=180, handed_over=300)
    assert not removed_where(closed=300, handed_over=180)
    assert removed_where(closed=190, handed_over=300)
    hand_in.refresh_from_db()
    assert hand_in.photo == name
