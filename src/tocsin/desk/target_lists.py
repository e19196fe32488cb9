"""Lists of targets in Wagtail's admin: a parliament, a cabinet; who is in each, and which answer leads to whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from tocsin.campaigns.models import ListMember, Target, TargetList
from tocsin.desk import target_import
from tocsin.desk.frame import Frame, list_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.listing import LISTING, SaidColumn
from tocsin.desk.removing import RemoveUnlessUsed
from tocsin.desk.rights import CHANGE_LISTS, SEE_TARGETS, may, only
from tocsin.desk.target_form import name_and_riding

MEMBERS_PER_PAGE = 50
LONGEST_ANSWER = 80


class AddForm(forms.Form):
    """Targets to put into a list, several at once, with the answer that leads to them."""

    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=gettext_lazy("Targets"),
        help_text=gettext_lazy("Hold Ctrl or ⌘ to choose several."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    match = forms.CharField(
        label=gettext_lazy("Answer that leads to them"),
        max_length=LONGEST_ANSWER,
        required=False,
        help_text=gettext_lazy("Only for campaigns that go by an answer: a province (ON), a country, a city."),
    )

    def __init__(self, target_list: TargetList, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["targets"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Target.objects.order_by("name", "pk")
            field.label_from_instance = name_and_riding  # type: ignore[method-assign,assignment]
        self.target_list = target_list

    def keep(self) -> int:
        """Puts them in; how many were not there with this answer."""
        match = self.cleaned_data["match"].strip()
        before = self.target_list.members.count()
        rows = [
            ListMember(target_list=self.target_list, target=who, match=match) for who in self.cleaned_data["targets"]
        ]
        ListMember.objects.bulk_create(rows, ignore_conflicts=True)
        return self.target_list.members.count() - before


@only(SEE_TARGETS)
@require_http_methods(["GET", "HEAD"])
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in a list, to search and to page through."""
    target_list = get_object_or_404(TargetList, pk=pk)
    return _screen(request, target_list, AddForm(target_list))


@only(CHANGE_LISTS)
@require_http_methods(["POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    target_list = get_object_or_404(TargetList, pk=pk)
    form = AddForm(target_list, request.POST)
    if not form.is_valid():
        return _screen(request, target_list, form, status=422)
    with transaction.atomic():
        number = form.keep()
        note(request, "list_changed", target_list, added=number)
    messages.success(
        request,
        ngettext("%(number)s target joined the list.", "%(number)s targets joined the list.", number)
        % {"number": number},
    )
    return HttpResponseRedirect(reverse("target_list:members", args=[pk]))


@only(CHANGE_LISTS)
@require_http_methods(["POST"])
@transaction.atomic
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the ticked out of the list, or keeps the answers as they were written: the button says which."""
    target_list = get_object_or_404(TargetList, pk=pk)
    if "remove" in request.POST and not request.POST.getlist("member"):
        messages.warning(request, _("Nobody was chosen. Tick whom to take out of the list first."))
    elif "remove" in request.POST:
        removed = _remove(target_list, request.POST.getlist("member"))
        said = ngettext("%(number)s target left the list.", "%(number)s targets left the list.", removed)
        note(request, "list_changed", target_list, removed=removed)
        messages.success(request, said % {"number": removed})
    else:
        answers = _keep_answers(target_list, request.POST)
        note(request, "list_changed", target_list, answers=answers)
        messages.success(request, _("The answers are saved."))
    where = reverse("target_list:members", args=[pk])
    asked = request.POST.get("asked", "")
    return HttpResponseRedirect(f"{where}?{asked}" if asked else where)


def _remove(target_list: TargetList, ticked: list[str]) -> int:
    """The targets themselves stay; only their place in the list goes."""
    numbers = [int(pk) for pk in ticked if pk.isascii() and pk.isdigit()]
    return target_list.members.filter(pk__in=numbers).delete()[0]


def _keep_answers(target_list: TargetList, posted: Any) -> int:
    """How many answers changed. One that would make a place twice is left as it was."""
    names = {f"match-{member.pk}": member for member in target_list.members.all()}
    taken = {(member.target_id, member.match) for member in names.values()}
    changed = []
    for name in names.keys() & posted.keys():
        member, answer = names[name], posted[name].strip()[:LONGEST_ANSWER]
        if answer != member.match and (member.target_id, answer) not in taken:
            member.match = answer
            taken.add((member.target_id, answer))
            changed.append(member)
    ListMember.objects.bulk_update(changed, ["match"])
    return len(changed)


def _screen(request: HttpRequest, target_list: TargetList, form: AddForm, *, status: int = 200) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:100]
    found = _found(target_list, wanted)
    asked = request.GET.copy()
    return show(
        request,
        "desk/target_list.html",
        Frame(
            title=target_list.name,
            icon="list-ul",
            crumbs=list_crumbs(),
            buttons=_buttons(request, target_list),
        ),
        status=status,
        target_list=target_list,
        numbers=_numbers(target_list),
        members=Paginator(found, MEMBERS_PER_PAGE).get_page(request.GET.get("p")),
        wanted=wanted,
        asked=asked.urlencode(),
        campaigns=target_list.campaigns.all(),
        imports=target_list.imports.all()[:10],
        form=form,
        may_change=may(request.user, CHANGE_LISTS),
    )


def _found(target_list: TargetList, wanted: str) -> QuerySet[ListMember]:
    members = target_list.members.select_related("target__successor").order_by("target__name", "target_id", "match")
    for word in wanted.split():
        in_target = Q(target__name__icontains=word) | Q(target__email__icontains=word) | Q(match__iexact=word)
        members = members.filter(
            in_target | Q(target__division_name__icontains=word) | Q(target__party__icontains=word)
        )
    return members


def _numbers(target_list: TargetList) -> dict[str, int]:
    """What one wants to know of a list before a campaign relies on it."""
    return target_list.members.aggregate(
        targets=Count("target", distinct=True),
        away=Count("target", distinct=True, filter=~Q(target__status=Target.Status.ACTIVE)),
        nowhere=Count("target", distinct=True, filter=Q(target__division="", target__division_name="")),
        unanswered=Count("target", distinct=True, filter=Q(match="")),
    )


def _buttons(request: HttpRequest, target_list: TargetList) -> list[HeaderButton]:
    if not may(request.user, CHANGE_LISTS):
        return []
    rename = HeaderButton(_("Rename"), url=reverse("target_list:edit", args=[target_list.pk]), icon_name="edit")
    return [rename]


# ── the viewset ─────────────────────────────────────────────────────────────────────────────────────────────────
class ListsList(generic.IndexView):
    page_title = gettext_lazy("Lists of targets")
    table_classname = LISTING

    def get_base_queryset(self) -> QuerySet[TargetList]:
        return TargetList.objects.annotate(
            targets_count=Count("members__target", distinct=True), campaigns_count=Count("campaigns", distinct=True)
        ).order_by("name")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("name", label=gettext_lazy("Name"), get_url=_members_of),
            SaidColumn("targets_count", label=gettext_lazy("Targets")),
            SaidColumn("campaigns_count", label=gettext_lazy("Campaigns")),
        ]


def _members_of(target_list: TargetList) -> str:
    return reverse("target_list:members", args=[target_list.pk])


class _LeadsToItsMembers:
    object: TargetList

    def get_success_url(self) -> str:
        return _members_of(self.object)


class NewList(_LeadsToItsMembers, generic.CreateView):
    page_title = gettext_lazy("New list of targets")


class ChangeList(_LeadsToItsMembers, generic.EditView):
    pass


class RemoveList(RemoveUnlessUsed):
    why_not = gettext_lazy(
        "“%(name)s” cannot be removed: a campaign writes to it. Give that campaign another list first."
    )


class TargetLists(ModelViewSet):
    model = TargetList
    name = "target_list"
    url_prefix = "target-lists"
    icon = "list-ul"
    menu_label = gettext_lazy("Lists")  # the longer name has no room in the menu
    menu_order = 61
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ("name",)
    index_view_class = ListsList
    add_view_class = NewList
    edit_view_class = ChangeList
    delete_view_class = RemoveList
    index_results_template_name = "desk/target_lists_results.html"
    search_fields = ("name",)
    list_per_page = 50

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/", members, name="members"),
            path("<int:pk>/add/", add, name="add_members"),
            path("<int:pk>/change/", change, name="change_members"),
            path("<int:pk>/import/", target_import.upload, name="upload"),
            path("imports/<int:pk>/", target_import.imported, name="import"),
            path("imports/<int:pk>/columns/", target_import.columns, name="import_columns"),
            path("imports/<int:pk>/carry-out/", target_import.carry_out, name="import_carry_out"),
            path("imports/<int:pk>/take-back/", target_import.take_back, name="import_take_back"),
            path("imports/<int:pk>/left-out.csv", target_import.left_out, name="import_left_out"),
        ]
