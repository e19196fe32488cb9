"""`tocsin retention`: whose data the next night would end, campaign by campaign. Changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.utils import timezone

from tocsin.actions.ending.due import next_night
from tocsin.actions.ending.foretell import foretold
from tocsin.campaigns.models import Campaign
from tocsin.run import say


def retention(arguments: Sequence[str]) -> int:
    """`tocsin retention`"""
    words = argparse.ArgumentParser(
        prog="tocsin retention",
        description="Says, for each campaign, how many people's data end in the next night. It only looks: the worker "
        "does it by itself.",
    )
    words.parse_args(arguments)
    night = next_night()
    say(f"In the night of {timezone.localtime(night):%Y-%m-%d %H:%M}:")
    found = [_said(campaign) for campaign in Campaign.objects.order_by("pk")]
    for line in found:
        say(f"  {line}")
    return 0


def _said(campaign: Campaign) -> str:
    ends = foretold(campaign, next_night())
    stopped = f", and {ends.letters_stopped} letters that never left are stopped" if ends.letters_stopped else ""
    return f"{campaign.slug}: the data of {ends.people} people end{stopped}"
