"""The desk's first screen: campaigns at a glance, what waits for somebody, and whether the worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from wagtail.admin.ui.components import Component

from tocsin.campaigns.models import Campaign
from tocsin.desk.notices import open_notices
from tocsin.desk.numbers import glances, with_something_to_decide, worker_health
from tocsin.desk.path.keep import plans_of
from tocsin.desk.path.ready import brand_url
from tocsin.desk.path.what import languages_to_write_in
from tocsin.desk.rights import (
    ADD_CAMPAIGNS,
    DECIDE_ON_LETTERS,
    MANAGE_STAFF,
    SEE_TARGETS,
    campaigns_seen_by,
    may,
    sees_campaigns,
)
from tocsin.desk.second_person import waits_for
from tocsin.pages.making import brand_is_said

CAMPAIGNS_SHOWN = 10
PLANS_SHOWN = 3


class CampaignsPanel(Component):
    """Shown to those who may see campaigns; for others it is empty."""

    name = "campaigns"
    template_name = "desk/home_panel.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        mine = campaigns_seen_by(request.user)
        newest = list(mine[: CAMPAIGNS_SHOWN + 1])
        more, shown = len(newest) > CAMPAIGNS_SHOWN, newest[:CAMPAIGNS_SHOWN]
        older = _older_that_wait(mine, shown) if more else []
        seen = glances([*shown, *older])
        may_add = may(request.user, ADD_CAMPAIGNS)
        return {
            "request": request,
            "glances": seen[: len(shown)],
            "older": seen[len(shown) :],
            "more": more,
            "plans": plans_of(request.user)[:PLANS_SHOWN] if may_add else [],
            "worker": worker_health(),
            "notices": open_notices(request.user),
            "may_decide": may(request.user, DECIDE_ON_LETTERS),
            "may_see_targets": may(request.user, SEE_TARGETS),
            "may_manage_staff": may(request.user, MANAGE_STAFF),
            "may_add": may_add,
            **waits_for(request.user),
            **(_first_steps(request.user) if not newest else {}),
        }

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        request = (parent_context or {})["request"]
        return str(super().render_html(parent_context)) if sees_campaigns(request.user) else ""


def _older_that_wait(mine: QuerySet[Campaign], shown: list[Campaign]) -> list[Campaign]:
    """A letter that is held in a campaign of last year is held as much as one of today."""
    older = mine.exclude(pk__in=[campaign.pk for campaign in shown])
    return list(with_something_to_decide(older)[:CAMPAIGNS_SHOWN])


def _first_steps(person: Any) -> dict[str, Any]:
    """What an installation without campaigns teaches: what is done already, and where the rest is done."""
    languages = [code for code, _name in languages_to_write_in(person)]
    return {
        "brand_is_said": bool(languages) and brand_is_said(languages),
        "brand_url": brand_url(),
        "languages": languages,
    }
