"""Archives and folders: the same bytes each time, and none that leads elsewhere or unpacks to too much."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from tocsin.pages.files import packed as room
from tocsin.pages.files.folder import read_folder, write_folder
from tocsin.pages.files.packed import CannotBeOpened, packed, unpacked

pytestmark = pytest.mark.once
FILES = {"campaign.toml": b"format = 1\n", "pictures/a.jpg": b"\xff\xd8"}


def a_zip(*names: str, data: bytes = b"x", mode: int = 0) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            into.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def test_it_works() -> None:
    assert unpacked(packed(FILES, "open-door")) == FILES
    assert packed(FILES, "open-door") == packed(dict(FILES), "open-door")


def test_packed_by_a_desktop_or_without_a_folder() -> None:
    assert unpacked(a_zip("campaign.toml", "pictures/a.jpg")).keys() == FILES.keys()
    names = (
        "x/campaign.toml",
        "x/pictures/a.jpg",
        "__MACOSX/x/._campaign.toml",
        "x/.DS_Store",
        "x/.git/HEAD",
        "x/pictures/",
    )
    assert unpacked(a_zip(*names)).keys() == FILES.keys()


@pytest.mark.parametrize(
    "name",
    ["../campaign.toml", "x/../../etc/passwd", "/etc/passwd", "C:/a", "..\\a", "a\\b", "~/a", "a\nb", ".git/../../a"],
)
def test_a_name_that_leads_elsewhere(name: str) -> None:
    with pytest.raises(CannotBeOpened, match=r"leads out of the folder\. Nothing of this is taken"):
        unpacked(a_zip("campaign.toml", name))


def test_a_link() -> None:
    with pytest.raises(CannotBeOpened, match=r"“campaign\.toml” is a link and no file"):
        unpacked(a_zip("campaign.toml", data=b"/etc/passwd", mode=stat.S_IFLNK | 0o777))


def test_a_bomb() -> None:
    bomb = a_zip("campaign.toml", data=bytes(61 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(CannotBeOpened, match="larger than 60 MB"):
        unpacked(bomb)


def test_an_archive_that_lies_about_its_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 1000)
    monkeypatch.setattr(room, "check_sizes", lambda *_sizes: None)
    with pytest.raises(CannotBeOpened, match="larger than"):
        unpacked(a_zip("campaign.toml", data=bytes(2000)))


@pytest.mark.parametrize("number", [301, 10_001])
def test_thousands_of_files(number: int) -> None:
    with pytest.raises(CannotBeOpened, match="more than 300 files"):
        unpacked(a_zip(*(f"{'.' if number > 1000 else ''}{one}" for one in range(number)), data=b""))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice() -> None:
    with pytest.raises(CannotBeOpened, match="stands in it twice"):
        unpacked(a_zip("campaign.toml", "campaign.toml"))


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04", packed(FILES, "x")[:-30], packed(FILES, "x")[40:]])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(CannotBeOpened, match=r"no \.zip that can be opened"):
        unpacked(data)


def test_one_that_is_too_large() -> None:
    with pytest.raises(CannotBeOpened, match="larger than 20 MB"):
        unpacked(bytes(21 * 1024 * 1024))


def test_a_folder_is_written_and_read(tmp_path: Path) -> None:
    folder = tmp_path / "open-door"
    write_folder(folder, FILES)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref")
    (folder / "notes.md").write_text("mine")
    assert read_folder(folder) == FILES | {"notes.md": b"mine"}

    write_folder(folder, {"campaign.toml": b"other"})
    assert read_folder(folder) == {"campaign.toml": b"other", "notes.md": b"mine"}
    assert (folder / ".git" / "HEAD").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CannotBeOpened, match="has other things in it"):
        write_folder(tmp_path, FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(CannotBeOpened, match="There is no folder"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "campaign.toml").symlink_to(tmp_path / "thesis.txt")
    with pytest.raises(CannotBeOpened, match="is a link"):
        read_folder(tmp_path)
