"""What stands open about a campaign's words, for any of its screens: `{% open_questions campaign %}`."""

from __future__ import annotations

from typing import Any

from django import template

from tocsin.campaigns.changed_words import open_notes
from tocsin.campaigns.models import Campaign
from tocsin.desk.review import in_review
from tocsin.desk.rights import CHANGE_CAMPAIGNS, may

register = template.Library()


@register.inclusion_tag("desk/partials/open_questions.html", takes_context=True)
def open_questions(context: dict[str, Any], campaign: Campaign) -> dict[str, Any]:
    """The question about changed words, and the pages in review."""
    return {
        "campaign": campaign,
        "notes": list(open_notes(campaign)),
        "in_review": in_review(campaign),
        "may_change": may(context["request"].user, CHANGE_CAMPAIGNS, campaign),
    }
