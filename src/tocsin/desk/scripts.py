"""The scripts' room: the list, and the forms that write a script. What is decided about one: script_page.py.

Adding and changing ask who it is once more. Saving approves nothing: a second person does (decision 0028).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions.lists.wanted import number
from tocsin.desk import script_page
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.rights import ADD_SCRIPTS, CHANGE_SCRIPTS, REMOVE_SCRIPTS, SEE_SCRIPTS, SWITCH_SCRIPTS_OFF, may
from tocsin.desk.script_guard import guarded, who_is
from tocsin.pages.models import ActionPage, Script
from tocsin.pages.script_steps import write_script

PER_PAGE = 50


@guarded(SEE_SCRIPTS)
def scripts(request: HttpRequest) -> HttpResponse:
    """Every script, those that run first."""
    rows = Script.objects.select_related("page", "page__locale", "changed_by").order_by("-enabled", "-pk")
    return show(
        request,
        "desk/scripts.html",
        Frame(title=_("Scripts"), icon="code", buttons=_buttons(request)),
        scripts=Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        may_add=may(request.user, ADD_SCRIPTS),
        may_switch_off=may(request.user, SWITCH_SCRIPTS_OFF),
    )


def _buttons(request: HttpRequest) -> list[HeaderButton]:
    if not may(request.user, ADD_SCRIPTS):
        return []
    return [HeaderButton(_("Add a script"), url=reverse("scripts:add"), icon_name="plus")]


class _WritesHistory:
    """Saves by the steps' own door, then leads to the script's page."""

    form: Any
    request: HttpRequest
    object: Script
    entry = "script_changed"

    def save_instance(self) -> Script:
        script = write_script(self.form.save(commit=False), who_is(self.request))
        note(self.request, self.entry, script, sha256=script.sha256)
        return script

    def get_success_url(self) -> str:
        return reverse("scripts:script", args=[self.object.pk])

    def get_success_buttons(self) -> list[Any]:
        return []


class NewScript(_WritesHistory, generic.CreateView):
    page_title = gettext_lazy("Add a script")
    success_message = gettext_lazy("“%(object)s” is written down. It does not run: ask for approval next.")
    entry = "script_added"

    def get_initial_form_instance(self) -> Script:
        """A link on the edit screen names the page."""
        page = number(self.request.GET.get("page"))
        return Script(page=ActionPage.objects.filter(pk=page).first() if page is not None else None)


class ChangeScript(_WritesHistory, generic.EditView):
    success_message = gettext_lazy("“%(object)s” is changed. Look below whether it has to be approved anew.")


class RemoveScript(generic.DeleteView):
    @transaction.atomic
    def delete_action(self) -> None:
        note(self.request, "script_removed", self.object, sha256=self.object.sha256)
        super().delete_action()


class Scripts(ModelViewSet):
    model = Script
    name = "scripts"
    icon = "code"
    menu_label = gettext_lazy("Scripts")
    add_to_settings_menu = True
    add_view_class = NewScript
    edit_view_class = ChangeScript
    delete_view_class = RemoveScript
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("page"),
            FieldPanel("name"),
            FieldPanel("code"),
            FieldPanel("hosts"),
            FieldPanel("consent_class"),
        ]
    )
    list_display: ClassVar = ["name"]

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_edit_view_kwargs(**kwargs), "usage_url_name": None, "history_url_name": None}

    def get_delete_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_delete_view_kwargs(**kwargs), "usage_url_name": None}

    def get_urlpatterns(self) -> list[URLPattern]:
        """Of Wagtail's own only the three forms: its other screens would be doors without our guard."""
        return [
            path("", scripts, name="index"),
            path("new/", guarded(ADD_SCRIPTS, again=True)(self.add_view), name="add"),
            path("<int:pk>/", script_page.script, name="script"),
            path("<int:pk>/review/", script_page.review, name="review"),
            path("<int:pk>/step/<slug:step>/", script_page.take_step, name="step"),
            path("edit/<int:pk>/", guarded(CHANGE_SCRIPTS, again=True)(self.edit_view), name="edit"),
            path("delete/<int:pk>/", guarded(REMOVE_SCRIPTS, again=True)(self.delete_view), name="delete"),
        ]
