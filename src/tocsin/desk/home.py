"""The desk's first screen: campaigns at a glance, what waits for somebody, and whether the worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from tocsin.desk.notices import open_notices
from tocsin.desk.numbers import glances, worker_health
from tocsin.desk.rights import DECIDE_ON_LETTERS, MAKE_CAMPAIGNS, SEE_TARGETS, campaigns_seen_by, may, sees_campaigns

CAMPAIGNS_SHOWN = 10


class CampaignsPanel(Component):
    """Shown to those who may see campaigns; for others it is empty."""

    name = "campaigns"
    template_name = "desk/home_panel.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        newest = list(campaigns_seen_by(request.user)[: CAMPAIGNS_SHOWN + 1])
        return {
            "request": request,
            "glances": glances(newest[:CAMPAIGNS_SHOWN]),
            "more": len(newest) > CAMPAIGNS_SHOWN,
            "worker": worker_health(),
            "notices": open_notices(request.user),
            "may_decide": may(request.user, DECIDE_ON_LETTERS),
            "may_see_targets": may(request.user, SEE_TARGETS),
            "may_add": may(request.user, MAKE_CAMPAIGNS),
        }

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        request = (parent_context or {})["request"]
        return str(super().render_html(parent_context)) if sees_campaigns(request.user) else ""
