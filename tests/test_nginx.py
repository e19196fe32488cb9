"""The example for nginx lets through what Tocsin says that it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tocsin.actions.importing.files import LIMITS
from tocsin.actions.postal_codes.files import LIMITS as LIMITS_OF_POSTAL_CODES
from tocsin.campaigns.evidence import MOST_BYTES
from tocsin.desk.hand_ins import MOST_BYTES_OF_A_PHOTO

pytestmark = pytest.mark.once
MEGABYTE = 1024 * 1024
# The form around a file: its other fields and the lines between them.
FORM = 512 * 1024
ANYWHERE, IMPORTS = (
    int(megabytes) * MEGABYTE
    for megabytes in re.findall(
        r"client_max_body_size (\d+)m;", (Path(__file__).parents[1] / "docs/operators/nginx.conf").read_text()
    )
)


@pytest.mark.parametrize("promised", [MOST_BYTES, MOST_BYTES_OF_A_PHOTO])
def test_a_photograph_as_large_as_promised_comes_through(promised: int) -> None:
    assert promised + FORM <= ANYWHERE


def test_so_does_a_file_of_supporters_or_of_postal_codes() -> None:
    assert max(LIMITS.bytes, LIMITS_OF_POSTAL_CODES.bytes) + FORM <= IMPORTS
