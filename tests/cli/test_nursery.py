"""The nursery: what every process would have in memory stays out until it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import KEYS
from tests.empty_tables import clean_environment

pytestmark = pytest.mark.once
LOADED = "import sys, django; django.setup(); from tocsin.nursery import load; load(); print(*sys.modules)"


def test_it_loads_nothing_that_only_an_import_or_a_map_needs(tmp_path: Path) -> None:
    """With the two that they need, openpyxl and shapely take 20 MB (docs/decisions/0033)."""
    settings = {"DJANGO_SETTINGS_MODULE": "tocsin.settings", "TOCSIN_BASE_URL": "https://act.hearing.ca", **KEYS}
    environment = clean_environment(TOCSIN_DIR=str(tmp_path), PYTHONWARNINGS="ignore", **settings)
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    loaded = set(done.stdout.split())
    assert {"tocsin.worker", "tocsin.desk.ledger_import", "wagtail.admin.views.home"} <= loaded, done.stderr[-500:]
    assert not loaded & {"numpy", "openpyxl", "shapely"}
