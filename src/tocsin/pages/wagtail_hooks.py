"""What the pages plug into Wagtail's admin: who may edit which pages and pictures, by role."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry, register_permission_policy

from tocsin.pages.permissions import DEPTH_OF_HOMES, PagesByRole, PicturesByRole
from tocsin.staff.refusals import note_refusal

register_permission_policy(Page, PagesByRole(Page))
register_permission_policy(
    get_image_model(),
    PicturesByRole(get_image_model(), auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"),
)


@hooks.register("construct_page_chooser_queryset")
def choose_among_what_is_theirs(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """And what everybody can read: a link may lead to any page, and a draft's title is its writers'."""
    theirs = _explorable(request).values("pk")
    return pages.filter(Q(pk__in=theirs) | Q(live=True, draft_title=F("title")))


@hooks.register("construct_explorer_page_queryset")
def explore_what_is_theirs(parent: Page, pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Wagtail leaves out the pages below that are not theirs, and shows the page itself to whoever knows its number."""
    if parent.depth > DEPTH_OF_HOMES and not _explorable(request).filter(pk=parent.pk).exists():
        note_refusal(request)
        raise PermissionDenied
    return pages


def _explorable(request: HttpRequest) -> Any:
    return policy_registry.get_by_type(Page).explorable_instances(request.user)
