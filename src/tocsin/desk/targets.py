"""Targets in Wagtail's admin: where their letters go, and how they are addressed in each language."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from tocsin.actions import repoint as repointing
from tocsin.actions.target_changes import follow_change, follow_new
from tocsin.campaigns.editions import named_in_editions
from tocsin.campaigns.models import Target
from tocsin.campaigns.targeting.who import current
from tocsin.desk.journal import note
from tocsin.desk.listing import LISTING, SaidColumn
from tocsin.desk.removing import RemoveUnlessUsed
from tocsin.desk.rights import CHANGE_TARGETS, DECIDE_ON_LETTERS, only
from tocsin.desk.target_form import TargetForm
from tocsin.outbox.models import Kind, Message


class TargetsList(generic.IndexView):
    page_title = gettext_lazy("Targets")
    table_classname = LISTING

    def get_base_queryset(self) -> QuerySet[Target]:
        """With the campaigns that name each of them, and those that find them in a list: none is counted twice."""
        by_list = Count("lists__campaigns", filter=~Q(lists__campaigns__targets=F("pk")), distinct=True)
        campaigns = Count("campaigns", distinct=True) + by_list
        return Target.objects.annotate(campaigns_count=campaigns).order_by("name", "pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("name"),
            AddressColumn("email", label=gettext_lazy("Letters go to")),
            SaidColumn("division_name", label=gettext_lazy("Riding")),
            SaidColumn("get_language_display", label=gettext_lazy("Preferred language")),
            SaidColumn("campaigns_count", label=gettext_lazy("Campaigns")),
        ]


class AddressColumn(Column):
    cell_template_name = "desk/cells/address.html"


class NewTarget(generic.CreateView):
    def save_instance(self) -> Target:
        target: Target = super().save_instance()
        follow_new(target)
        return target


class ChangeTarget(generic.EditView):
    """Saving republishes every campaign that writes to this target: their pages show who it is."""

    def save_instance(self) -> Target:
        was = Target.objects.get(pk=self.object.pk)
        target: Target = super().save_instance()
        follow_change(was, target)
        return target

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        target: Target = self.object
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "target": target, "goes_to": current(target), "waiting": letters_that_wait(target).count()}


def letters_that_wait(target: Target) -> QuerySet[Message]:
    """Those that have not left and can still be written anew; by an index, however many have left."""
    return Message.objects.filter(target_ref=target.pk, kind=Kind.LETTER, **repointing.OURS)


@only(CHANGE_TARGETS, DECIDE_ON_LETTERS)
@require_POST
def repoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Has the letters that wait written anew: to the address of today, or to whoever follows."""
    target = get_object_or_404(Target, pk=pk)
    number = letters_that_wait(target).count()
    with transaction.atomic():
        note(request, "letters_repointed", target, letters=number)
        repointing.repoint.enqueue(target.pk)
    said = ngettext(
        "%(number)s letter is being written anew, to %(name)s.",
        "%(number)s letters are being written anew, to %(name)s.",
        number,
    )
    messages.success(request, said % {"number": number, "name": current(target).name})
    return HttpResponseRedirect(reverse("target:edit", args=[pk]))


class RemoveTarget(RemoveUnlessUsed):
    """Pages that are public name their targets: one that goes missing would leave their letters without an address."""

    def form_valid(self, form: Any) -> HttpResponse:
        if is_written_to(self.object):
            return self.refuse()
        return super().form_valid(form)


def is_written_to(target: Target) -> bool:
    """Whether a campaign has this target, or an edition that can still be signed names it."""
    return target.campaigns.exists() or target.pk in named_in_editions()


class Targets(ModelViewSet):
    model = Target
    name = "target"
    url_prefix = "targets"
    icon = "user"
    menu_label = gettext_lazy("Targets")
    menu_order = 60
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = TargetsList
    add_view_class = NewTarget
    edit_view_class = ChangeTarget
    delete_view_class = RemoveTarget
    index_results_template_name = "desk/targets_results.html"
    create_template_name = "desk/target.html"
    edit_template_name = "desk/target.html"
    search_fields = ("name", "email", "division_name", "party")
    list_filter = ("status", "office_kind", "language", "mode")
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[TargetForm]:  # noqa: ARG002, FBT001, FBT002
        return TargetForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("repoint/<int:pk>/", repoint, name="repoint")]
