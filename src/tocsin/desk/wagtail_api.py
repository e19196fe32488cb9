"""Wagtail's own API in the desk tells of pictures and documents only those that somebody may choose for a page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.permissions import policy_registry


class ImagesToChoose(ImagesAdminAPIViewSet):
    def get_queryset(self) -> QuerySet[Any]:
        return _to_choose(super().get_queryset(), self.request.user)


class DocumentsToChoose(DocumentsAdminAPIViewSet):
    def get_queryset(self) -> QuerySet[Any]:
        return _to_choose(super().get_queryset(), self.request.user)


def register(router: WagtailAPIRouter) -> None:
    """In place of Wagtail's, which have these names."""
    router.register_endpoint("images", ImagesToChoose)
    router.register_endpoint("documents", DocumentsToChoose)


def _to_choose(found: QuerySet[Any], person: Any) -> QuerySet[Any]:
    """As Wagtail's choosers do, which show the same."""
    policy = policy_registry.get_by_type(found.model)
    return found.filter(pk__in=policy.instances_user_has_any_permission_for(person, ["choose"]).values("pk"))
