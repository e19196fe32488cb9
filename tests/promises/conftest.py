"""An installation for the promises that the whole house keeps: prepared once, copied for whoever starts one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.installation import prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, tables: Path) -> Path:
    """A folder with tables, static files and the demonstration's pages. To be copied, not to be run."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder, tables)
    return folder
