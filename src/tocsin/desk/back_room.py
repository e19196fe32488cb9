"""What a campaign's hub says of its counter's back room and of the scripts that run on its pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import APPROVE_ENTRIES, SEE_SCRIPTS, SWITCH_SCRIPTS_OFF, may
from tocsin.pages.models import Script


@dataclass(frozen=True, slots=True)
class BackRoom:
    """`waiting` are lines of the ledger that count nobody yet; `scripts` are those that readers get just now."""

    waiting: int
    scripts: list[Script]
    may_approve: bool
    may_see_scripts: bool
    may_switch_off: bool


def back_room_of(request: HttpRequest, campaign: Campaign) -> BackRoom:
    scripts = Script.objects.filter(page__campaign=campaign, enabled=True).select_related("page__locale")
    return BackRoom(
        waiting=campaign.counter_entries.waiting().count(),
        scripts=list(scripts),
        may_approve=may(request.user, APPROVE_ENTRIES, campaign),
        may_see_scripts=may(request.user, SEE_SCRIPTS),
        may_switch_off=may(request.user, SWITCH_SCRIPTS_OFF),
    )
