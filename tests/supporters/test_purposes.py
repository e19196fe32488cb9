"""A purpose is said in words, whoever made it up."""

from __future__ import annotations

import pytest

from tocsin.supporters.current import EVERYTHING, about_campaign
from tocsin.supporters.purposes import purpose_said


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("news", "news and updates"),
        (EVERYTHING, "everything"),
        (about_campaign(7), "updates about one campaign"),
        ("phone_calls", "phone calls"),
        ("third-parties", "third parties"),
    ],
)
def test_it_works(purpose: str, said: str) -> None:
    assert str(purpose_said(purpose)) == said
