"""The desk's first screen: campaigns at a glance, what waits for somebody, and whether the worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from tocsin.campaigns.models import Campaign
from tocsin.desk.notices import open_notices
from tocsin.desk.numbers import glances, worker_health
from tocsin.desk.rights import DECIDE_ON_LETTERS, SEE_CAMPAIGNS, may

CAMPAIGNS_SHOWN = 10


class CampaignsPanel(Component):
    """Shown to those who may see campaigns; for others it is empty."""

    name = "campaigns"
    template_name = "desk/home_panel.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        newest = list(Campaign.objects.all()[: CAMPAIGNS_SHOWN + 1])
        return {
            "request": request,
            "glances": glances(newest[:CAMPAIGNS_SHOWN]),
            "more": len(newest) > CAMPAIGNS_SHOWN,
            "worker": worker_health(),
            "notices": open_notices(),
            "may_decide": may(request.user, DECIDE_ON_LETTERS),
            "may_add": may(request.user, ("campaigns.add_campaign",)),
        }

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        request = (parent_context or {})["request"]
        return str(super().render_html(parent_context)) if may(request.user, SEE_CAMPAIGNS) else ""
