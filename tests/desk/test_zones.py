"""Time zones on the desk's forms: places that somebody lives in, named in the reader's language."""

from __future__ import annotations

import zoneinfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tocsin.campaigns.models import Campaign
from tocsin.desk.zones import time_zones, zone_named


def _names(standing: str = "UTC") -> set[str]:
    return {name for _group, zones in time_zones(standing) for name, _said in zones}


def test_it_works(admin: Client, campaign: Campaign) -> None:
    html = admin.get(reverse("campaign:edit", args=[campaign.pk])).content.decode()
    assert '<option value="America/Toronto" selected>Eastern time – Toronto, Montréal</option>' in html
    assert '<optgroup label="Europe">' in html


def test_only_places_are_offered() -> None:
    names = _names()
    assert {"Europe/Paris", "America/Argentina/Buenos_Aires", "UTC"} <= names
    assert not {"localtime", "Factory", "posixrules", "EST5EDT", "US/Eastern", "Etc/GMT+3"} & names
    assert not [name for name in names if name.startswith(("right/", "posix/"))]


def test_an_old_name_that_stands_there_stays(admin: Client, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(time_zone="US/Eastern")
    html = admin.get(reverse("campaign:edit", args=[campaign.pk])).content.decode()
    assert '<option value="US/Eastern" selected>' in html


def test_they_are_named_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert zone_named("America/Toronto") == "Heure de l’Est – Toronto, Montréal"
        assert [str(group) for group, _zones in time_zones()][:3] == ["Canada", "Amérique", "Europe"]
    assert zone_named("America/Argentina/Buenos_Aires") == "Buenos Aires, Argentina"


def test_to_name_one_reads_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python opens 600 of them to say which zones there are, and a screen names several."""
    assert zone_named("Europe/Paris") == "Paris"
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: pytest.fail("The files were read again."))
    assert zone_named("Asia/Tokyo") == "Tokyo"
    assert "Pacific/Auckland" in _names()
