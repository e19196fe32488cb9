"""`tocsin retention` says whose data the next night ends, and ends nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign, Edition
from tocsin.keeping import retention

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, edition_en: Edition, capsys: pytest.CaptureFixture[str]) -> None:
    sign(client, edition_en)
    follow_everything()
    assert retention([]) == 0
    assert "fair-hearing: the data of 0 people end\n" in capsys.readouterr().out
    Campaign.objects.update(closes_at=timezone.now() - timedelta(days=200))
    assert retention([]) == 0
    said = capsys.readouterr().out
    assert "fair-hearing: the data of 1 people end, and 1 letters that never left are stopped\n" in said
    assert Action.objects.get().ended_at is None
