"""The bare address leads on, and knows where people come from."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("asked", "path"), [("fr-CA", "/fr/"), ("en", "/en/"), ("de", "/en/")])
def test_it_works(client: Client, asked: str, path: str) -> None:
    answer = client.get("/?utm_source=poster&name=Jane", headers={"accept-language": asked})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{path}?utm_source=poster")
    assert answer.headers["Vary"] == "Accept-Language"
