"""On the desk's first screen: campaigns whose words changed, and nobody has said yet what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from tocsin.campaigns.models import Campaign, EditionNote
from tocsin.desk.rights import CHANGE_CAMPAIGNS, may

MOST_SHOWN = 10


class ChangedWordsPanel(Component):
    """Empty for those who may not answer, and where nothing is open."""

    name = "changed_words"
    template_name = "desk/words_panel.html"
    order = 40

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"campaigns": _to_answer((parent_context or {})["request"].user)}

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        html = str(super().render_html(parent_context))
        return html if html.strip() else ""


def _to_answer(person: Any) -> list[Campaign]:
    notes = EditionNote.objects.filter(answer="").select_related("campaign")[: MOST_SHOWN * 2]
    campaigns = {note.campaign_id: note.campaign for note in notes}
    return [campaign for campaign in campaigns.values() if may(person, CHANGE_CAMPAIGNS, campaign)][:MOST_SHOWN]
