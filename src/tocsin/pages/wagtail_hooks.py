"""What the pages plug into Wagtail's admin: who may edit which pages and pictures, by role."""

from __future__ import annotations

from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from tocsin.pages.permissions import PagesByRole, PicturesByRole

register_permission_policy(Page, PagesByRole(Page))
register_permission_policy(
    get_image_model(),
    PicturesByRole(get_image_model(), auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"),
)
