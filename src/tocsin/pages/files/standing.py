"""What a plan was made of, so that it need not be made again while others wait: if none of it differs, the plan holds.

The rows that plan.py asks, in a dozen statements: no file is opened and nothing is compared. What somebody may is asked
before, as in every request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from wagtail.images import get_image_model
from wagtail.models import Page, WorkflowState

from tocsin.campaigns.import_plan import IMPORTED
from tocsin.campaigns.models import Campaign, ListMember, Target, TargetList, TargetWords
from tocsin.pages.files.read import CampaignFiles
from tocsin.pages.models import ActionPage, HomePage

PAGE = ("pk", "path", "slug", "live", "locked", "locked_by", "locale", "latest_revision", "latest_revision__content")
PICTURE = ("pk", "title", "description", "file", "file_hash")
WORDS = ("pk", "target", "language", "style", "person", "office", "organisation", "salutation")
type Standing = list[list[tuple[Any, ...]]]


def standing(said: CampaignFiles) -> Standing:
    """As it is now; to be compared with what it was."""
    parts = (_of_campaign(said), _of_pages(said), _of_targets(said))
    return [list(rows.order_by("pk")) for part in parts for rows in part]


def _of_campaign(said: CampaignFiles) -> Iterator[QuerySet[Any, Any]]:
    here = Campaign.objects.filter(slug=said.short_name)
    yield here.values_list()
    yield here.filter(actions__isnull=False).distinct().values_list("pk")
    yield TargetList.objects.filter(name=said.target_list).values_list("pk", "name")
    yield Target.objects.filter(campaigns__in=here).values_list("pk", "name")


def _of_pages(said: CampaignFiles) -> Iterator[QuerySet[Any, Any]]:
    here = ActionPage.objects.filter(campaign__slug=said.short_name)
    reviewed = [str(pk) for pk in here.values_list("pk", flat=True)]
    yield here.values_list(*PAGE)
    yield WorkflowState.objects.filter(object_id__in=reviewed).values_list("pk", "status", "current_task_state")
    yield HomePage.objects.values_list("pk", "path", "live", "locale")
    yield Page.objects.filter(slug__in=[words["slug"] for words in said.pages.values()]).values_list("pk", "path")
    yield get_image_model().objects.values_list(*PICTURE)


def _of_targets(said: CampaignFiles) -> Iterator[QuerySet[Any, Any]]:
    """Everybody, where a table could know them again."""
    if said.targets.rows or said.members.rows:
        yield Target.objects.values_list("pk", "mode", *IMPORTED)
        yield TargetWords.objects.values_list(*WORDS)
        yield ListMember.objects.filter(target_list__name=said.target_list).values_list("pk", "target", "match")
