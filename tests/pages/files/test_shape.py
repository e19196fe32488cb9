"""No setting of a campaign is forgotten in its files: each is there, or stays behind on purpose."""

from __future__ import annotations

from tocsin.campaigns.models import Campaign
from tocsin.pages.files.shape import DATES, RULES

# Of the moment, or of this installation; who gets letters is in files of its own.
STAYS = {"id", "letters_paused", "test_address", "created_at", "target_list"}
AT_THE_TOP = {"name", "slug", "kind"}


def test_every_setting_is_in_the_files_or_stays_on_purpose() -> None:
    fields = {field.name for field in Campaign._meta.concrete_fields}
    assert fields == {*RULES, *DATES, *STAYS, *AT_THE_TOP}
