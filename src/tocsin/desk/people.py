"""People at the desk: who may do what where, a way to invite somebody, and the screen of each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets.button import HeaderButton

from tocsin.desk.account.second_factor import end_sessions_of, has_second_factor, reset_second_factor
from tocsin.desk.account.telling import RESET, tell
from tocsin.desk.again import ask_again
from tocsin.desk.frame import Crumb, Frame, show
from tocsin.desk.invitation import InviteForm, RoleForm, invite, send_invitation
from tocsin.desk.journal import note
from tocsin.desk.rights import MANAGE_STAFF, only, refuse
from tocsin.staff.audit import name_of
from tocsin.staff.giving import LastAdministrator, give_role, switch_off, switch_on, take_role
from tocsin.staff.models import Membership

PEOPLE_PER_PAGE = 50
PEOPLE_WORDS = pgettext_lazy("those who work here", "People")


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD"])
def people(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]  # which PostgreSQL keeps in no text
    return show(
        request,
        "desk/people.html",
        Frame(
            title=PEOPLE_WORDS,
            icon="group",
            buttons=[HeaderButton(_("Invite somebody"), url=reverse("desk_invite"), icon_name="plus")],
        ),
        people=Paginator(_found(wanted), PEOPLE_PER_PAGE).get_page(request.GET.get("p")),
        wanted=wanted,
    )


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """The form, and its button: an account without a password, a role, and a mail with the way in."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    user = _invite(request, form) if form.is_valid() else None
    if user is None:
        status = 422 if request.method == "POST" else 200
        frame = Frame(title=_("Invite somebody"), icon="plus", crumbs=_crumbs())
        return show(request, "desk/invite.html", frame, status=status, form=form)
    messages.success(request, _("Invited. The mail with the way in is on its way."))
    return HttpResponseRedirect(_address(user))


@transaction.atomic
def _invite(request: HttpRequest, form: InviteForm) -> Any | None:
    user = invite(form, by_name=name_of(request.user))
    if user is not None:
        note(request, "person_invited", user, **form.role_and_campaign())
    return user


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD"])
def person(request: HttpRequest, user_pk: int) -> HttpResponse:
    return _page(request, _find(user_pk), RoleForm())


@only(MANAGE_STAFF)
@ask_again
@require_POST
def give(request: HttpRequest, user_pk: int) -> HttpResponse:
    user, form = _changeable(request, user_pk), RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    with transaction.atomic():
        given = give_role(user=user, by_name=name_of(request.user), **form.chosen())
        if given:
            note(request, "role_given", user, **form.role_and_campaign())
    if given:
        messages.success(request, _("The role is given. It holds from their next click on."))
    else:
        messages.warning(request, _("They have this role already."))
    return HttpResponseRedirect(_address(user))


@only(MANAGE_STAFF)
@ask_again
@require_POST
def take(request: HttpRequest, user_pk: int, membership_pk: int) -> HttpResponse:
    user = _changeable(request, user_pk)
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_pk, user=user)
    said = {"role": membership.role, "campaign": membership.campaign_id}
    return _unless_nobody_would_be_left(
        request,
        user,
        lambda: (take_role(membership), note(request, "role_taken", user, **said)),
        _("The role is taken away, from their next click on."),
    )


@only(MANAGE_STAFF)
@ask_again
@require_POST
def off(request: HttpRequest, user_pk: int) -> HttpResponse:
    user = _changeable(request, user_pk)
    if user.pk == request.user.pk:
        messages.error(request, _("This is your own account. Somebody else must switch it off."))
        return HttpResponseRedirect(_address(user))

    def out() -> None:
        switch_off(user)
        # Or a browser that was left open would be in again once they are switched on.
        end_sessions_of(user)
        note(request, "account_off", user)

    return _unless_nobody_would_be_left(request, user, out, _("Switched off. They are out with their next click."))


@only(MANAGE_STAFF)
@ask_again
@require_POST
def on(request: HttpRequest, user_pk: int) -> HttpResponse:
    user = _changeable(request, user_pk)
    with transaction.atomic():
        switch_on(user)
        note(request, "account_on", user)
    messages.success(request, _("Switched on. They sign in as before."))
    return HttpResponseRedirect(_address(user))


@only(MANAGE_STAFF)
@ask_again
@require_POST
def again(request: HttpRequest, user_pk: int) -> HttpResponse:
    """The invitation once more. The link in the mail before stops working when a password is set."""
    user = _changeable(request, user_pk)
    if user.has_usable_password() or not user.is_active:
        messages.warning(request, _("They have been in already: “Forgotten password” at the sign-in helps them."))
        return HttpResponseRedirect(_address(user))
    with transaction.atomic():
        send_invitation(user, by_name=name_of(request.user))
        note(request, "person_invited_again", user)
    messages.success(request, _("The mail with the way in is on its way again."))
    return HttpResponseRedirect(_address(user))


@only(MANAGE_STAFF)
@ask_again
@require_POST
def reset(request: HttpRequest, user_pk: int) -> HttpResponse:
    """Somebody lost their telephone: their second factor is taken away, and they are signed out everywhere."""
    user = _changeable(request, user_pk)
    if user.pk == request.user.pk:
        return HttpResponseRedirect(reverse("mfa_index"))
    with transaction.atomic():
        reset_second_factor(user)
        tell(request, user, RESET)
    messages.success(request, _("Their second factor is reset. At their next sign-in they set up a new one."))
    return HttpResponseRedirect(_address(user))


def _found(wanted: str) -> QuerySet[Any]:
    found = get_user_model().objects.order_by("-is_active", "last_name", "first_name", "username")
    for word in wanted.split():
        found = found.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
            | Q(username__icontains=word)
        )
    return found.prefetch_related(Prefetch("memberships", _memberships()))


def _memberships() -> QuerySet[Membership]:
    """The whole site's first."""
    return Membership.objects.select_related("campaign").order_by(F("campaign__name").asc(nulls_first=True), "role")


def _page(request: HttpRequest, user: Any, form: RoleForm, *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "desk/person.html",
        Frame(title=name_of(user), icon="user", crumbs=_crumbs()),
        status=status,
        person=user,
        memberships=_memberships().filter(user=user),
        form=form,
        may_change=_may_change(request, user),
        is_oneself=user.pk == request.user.pk,
        has_second_factor=has_second_factor(user),
    )


def _find(user_pk: int) -> Any:
    return get_object_or_404(get_user_model(), pk=user_pk)


def _changeable(request: HttpRequest, user_pk: int) -> Any:
    user = _find(user_pk)
    if not _may_change(request, user):
        refuse(request)
    return user


def _may_change(request: HttpRequest, user: Any) -> bool:
    """Accounts without limits are changed by their like: else an administrator could take one over."""
    return bool(request.user.is_superuser or not user.is_superuser)


def _unless_nobody_would_be_left(request: HttpRequest, user: Any, act: Callable[[], object], said: str) -> HttpResponse:
    """The act with its line in the log; neither, where it would take the last administrator away."""
    try:
        with transaction.atomic():
            act()
        messages.success(request, said)
    except LastAdministrator:
        messages.error(
            request, _("Nobody would be left who may say who may do what. Make somebody else an administrator first.")
        )
    return HttpResponseRedirect(_address(user))


def _address(user: Any) -> str:
    return reverse("desk_person", args=[user.pk])


def _crumbs() -> list[Crumb]:
    return [(reverse("desk_people"), PEOPLE_WORDS)]


PEOPLE: list[URLPattern] = [
    path("people/", people, name="desk_people"),
    path("people/invite/", invited, name="desk_invite"),
    path("people/<int:user_pk>/", person, name="desk_person"),
    path("people/<int:user_pk>/give/", give, name="desk_role_give"),
    path("people/<int:user_pk>/roles/<int:membership_pk>/take/", take, name="desk_role_take"),
    path("people/<int:user_pk>/off/", off, name="desk_account_off"),
    path("people/<int:user_pk>/on/", on, name="desk_account_on"),
    path("people/<int:user_pk>/reset/", reset, name="desk_second_factor_reset"),
    path("people/<int:user_pk>/invite-again/", again, name="desk_invite_again"),
]
