"""`tocsin campaign`: a campaign as a folder that git keeps, out and in, with an exit code that says whether it went."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.cast import a_campaign
from tocsin import campaign_folder
from tocsin.campaign_folder import campaign
from tocsin.campaigns.models import Campaign
from tocsin.pages.files.carry import ChangedMeanwhile, StandsInTheWay
from tocsin.staff import audit
from tocsin.staff.models import AuditLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    a_campaign()
    assert campaign(["export", "fair-hearing", str(tmp_path / "files")]) == 0
    return tmp_path / "files"


def change(folder: Path, before: str, after: str) -> None:
    path = folder / "campaign.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_it_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["README.txt", "campaign.toml", "targets.csv"]
    assert campaign(["export", "fair-hearing", str(folder)]) == 0
    assert "3 files of “Fair hearing” are in" in capsys.readouterr().out
    assert campaign(["check", str(folder)]) == 0
    assert "Nothing differs from what is here." in capsys.readouterr().out

    assert campaign(["import", str(folder), "--as", "second"]) == 0
    said = capsys.readouterr().out
    assert "A new campaign: Fair hearing (second)." in said
    assert "Targets: 1 known, 0 new." in said
    assert "To know" not in said
    assert Campaign.objects.get(slug="second").targets.count() == 1
    assert [line.what for line in AuditLine.objects.order_by("pk")] == ["files_taken", "files_taken", "files_brought"]


def test_what_takes_effect_at_once_is_said_with_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "show_count_from = 1", "show_count_from = 7")
    assert campaign(["import", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "At once, with --settings:\n    show_count_from: 1 → 7\n" in said
    assert "Left as it is: what takes effect at once, with --settings." in said
    assert Campaign.objects.get().show_count_from == 1
    assert campaign(["import", str(folder), "--settings"]) == 0
    assert Campaign.objects.get().show_count_from == 7


def test_problems_are_told_and_the_exit_code_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "format = 1", "format = 9")
    assert campaign(["check", str(folder)]) == campaign(["import", str(folder)]) == 1
    assert capsys.readouterr().err.startswith("campaign.toml, line 1: Its format is 9.")
    change(folder, "format = 9", "format = 1")
    (folder / "targets.csv").write_text("Name,Email\nA,none at all\n")
    assert campaign(["import", str(folder), "--as", "second"]) == 1
    assert "targets.csv: Row 2: “none at all” is no e-mail address." in capsys.readouterr().err
    assert Campaign.objects.count() == 1


def test_no_such_campaign_and_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign(["export", "nothing", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "There is no campaign “nothing”. There are: none.\n"
    assert campaign(["check", str(tmp_path / "nowhere")]) == 1
    assert "There is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("why", [ChangedMeanwhile, StandsInTheWay])
def test_what_changes_in_this_very_moment_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, why: type[Exception]
) -> None:
    monkeypatch.setattr(campaign_folder, "carry_out", Mock(side_effect=why))
    assert campaign(["import", str(folder), "--as", "second"]) == 1
    assert "Something changed in this very moment. Nothing was brought in: try again." in capsys.readouterr().err


def test_what_cannot_be_logged_is_not_brought_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "write", Mock(side_effect=OSError("no log")))
    with pytest.raises(OSError, match="no log"):
        campaign(["import", str(folder), "--as", "second"])
    assert Campaign.objects.count() == 1
