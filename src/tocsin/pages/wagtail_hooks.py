"""What the pages plug into Wagtail's admin: the scripts' own room, with its own permission and its own trail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from tocsin.pages.models import ActionPage, Script
from tocsin.pages.permissions import PagesByRole, PicturesByRole
from tocsin.staff.refusals import note_refusal

register_permission_policy(Page, PagesByRole(Page))
register_permission_policy(
    get_image_model(),
    PicturesByRole(get_image_model(), auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"),
)


class RefusedInWriting:
    """A view that answers 403 and is written down, where Wagtail would only send one away (requirement B77)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except PermissionDenied:
            note_refusal(request)
            return HttpResponseForbidden(_now("You have no right to change scripts. Ask an administrator."))
        return answer


class IndexView(RefusedInWriting, generic.IndexView):
    pass


class CreateView(RefusedInWriting, generic.CreateView):
    def get_initial_form_instance(self) -> Script:
        """A link on the edit screen names the page."""
        page = self.request.GET.get("page", "")
        return Script(page=ActionPage.objects.filter(pk=page).first() if page.isdigit() else None)

    def save_instance(self) -> Script:
        self.form.instance.added_by = self.request.user
        saved: Script = super().save_instance()
        return saved


class EditView(RefusedInWriting, generic.EditView):
    pass


class DeleteView(RefusedInWriting, generic.DeleteView):
    pass


class ScriptViewSet(ModelViewSet):
    model = Script
    name = "scripts"
    icon = "code"
    menu_label = _("Scripts")
    add_to_settings_menu = True
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = DeleteView
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display: ClassVar = ["name", "page", "consent_class", "enabled", "added_by", "added_at"]
    list_filter: ClassVar = ["enabled", "consent_class"]
    search_fields: ClassVar = ["name", "hosts"]
    panels: ClassVar = [
        FieldPanel("page"),
        FieldPanel("name"),
        FieldPanel("code"),
        FieldPanel("hosts"),
        FieldRowPanel([FieldPanel("consent_class"), FieldPanel("enabled")]),
    ]


scripts = ScriptViewSet()


@hooks.register("register_admin_viewset")
def register_scripts() -> ScriptViewSet:
    return scripts
