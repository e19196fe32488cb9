"""Steering many letters from the desk: each step has a page that says what will happen, and a button that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from tocsin.campaigns.models import Campaign, Target
from tocsin.desk import steering
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import DECIDE_ON_LETTERS, SEE_CAMPAIGNS, may, of_campaign, only
from tocsin.outbox.states import State


@dataclass(frozen=True, slots=True)
class Control:
    """One step. `touches` are the states of the letters it changes; `take` does it and says how many there were."""

    name: str
    label: Promise
    warns: Promise
    button: Promise
    touches: tuple[State, ...]
    take: Callable[..., int]
    icon: str
    only_campaign: bool = False
    final: bool = False
    asks_when: bool = False


def _hold_new(*, campaign: int, target: int | None = None) -> int:  # noqa: ARG001
    Campaign.objects.filter(pk=campaign).update(letters_held=True)
    return 0


def _let_new_go(*, campaign: int, target: int | None = None) -> int:  # noqa: ARG001
    Campaign.objects.filter(pk=campaign).update(letters_held=False)
    return 0


CONTROLS = {
    control.name: control
    for control in [
        Control(
            name="pause",
            label=gettext_lazy("Pause letters"),
            warns=gettext_lazy(
                "Within seconds, no letter leaves any more. Letters that are written meanwhile wait with the others. "
                "None is lost, and they go on when somebody resumes them."
            ),
            button=gettext_lazy("Pause them"),
            touches=steering.WAITING,
            take=steering.pause,
            icon="history",
        ),
        Control(
            name="resume",
            label=gettext_lazy("Resume letters"),
            warns=gettext_lazy("What waits leaves in its turn, at the pace that each target's office accepts."),
            button=gettext_lazy("Resume them"),
            touches=steering.WAITING,
            take=steering.resume,
            icon="rotate",
        ),
        Control(
            name="hold-new",
            label=gettext_lazy("Hold new letters"),
            warns=gettext_lazy(
                "From now on each new letter waits until somebody releases it. Letters that wait already go on."
            ),
            button=gettext_lazy("Hold new letters"),
            touches=(),
            take=_hold_new,
            icon="lock",
            only_campaign=True,
        ),
        Control(
            name="let-new-go",
            label=gettext_lazy("Hold new letters no longer"),
            warns=gettext_lazy(
                "New letters leave by themselves again. What is held already stays held until released."
            ),
            button=gettext_lazy("Let new letters go"),
            touches=(),
            take=_let_new_go,
            icon="lock-open",
            only_campaign=True,
        ),
        Control(
            name="hold",
            label=gettext_lazy("Hold what waits"),
            warns=gettext_lazy("Each letter that waits now is held until somebody releases it. New letters go on."),
            button=gettext_lazy("Hold them"),
            touches=steering.WAITING,
            take=steering.hold,
            icon="lock",
        ),
        Control(
            name="release",
            label=gettext_lazy("Release what is held"),
            warns=gettext_lazy(
                "Every held letter joins the others and leaves in its turn, for whatever reason it was held: "
                "look at the list first."
            ),
            button=gettext_lazy("Release them"),
            touches=steering.HELD,
            take=steering.release,
            icon="lock-open",
        ),
        Control(
            name="schedule",
            label=gettext_lazy("Schedule letters"),
            warns=gettext_lazy("What waits leaves from the moment that you name, not before, and in its turn."),
            button=gettext_lazy("Schedule them"),
            touches=steering.WAITING,
            take=steering.schedule,
            icon="calendar-alt",
            asks_when=True,
        ),
        Control(
            name="cancel",
            label=gettext_lazy("Stop letters for good"),
            warns=gettext_lazy(
                "They never leave, and their writers' receipts say so. This cannot be undone. What a server may have "
                "already is not touched."
            ),
            button=gettext_lazy("Stop them for good"),
            touches=steering.NOT_GONE,
            take=steering.cancel,
            icon="cross",
            final=True,
        ),
    ]
}


class WhenForm(forms.Form):
    at = forms.DateTimeField(label=gettext_lazy("Leave from"), widget=AdminDateTimeInput)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed. Name one that is still to come."))
        return at


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose letters are steered: a campaign's, a target's, or a campaign's to one target."""

    campaign: Campaign | None
    target: Target | None

    @property
    def refs(self) -> dict[str, int | None]:
        return {
            "campaign": self.campaign.pk if self.campaign else None,
            "target": self.target.pk if self.target else None,
        }

    @property
    def said(self) -> str:
        if self.campaign and self.target:
            words = {"campaign": self.campaign, "target": self.target}
            return _("Letters of “%(campaign)s” to %(target)s") % words
        if self.campaign:
            return _("All letters of “%(campaign)s”") % {"campaign": self.campaign}
        return _("All letters to %(target)s, of every campaign") % {"target": self.target}

    @property
    def home(self) -> str:
        """Where one comes back to."""
        if self.campaign and self.target:
            return reverse("campaign:target_proof", args=[self.campaign.pk, self.target.pk])
        if self.campaign:
            return reverse("campaign:hub", args=[self.campaign.pk])
        return reverse("desk_target_proof", args=[self.target.pk if self.target else 0])

    @property
    def paused(self) -> bool:
        """Whether this very scope is paused, by its own switch."""
        if self.campaign and self.target:
            return steering.lane_is_paused(campaign=self.campaign.pk, target=self.target.pk)
        return self.campaign.letters_paused if self.campaign else bool(self.target and self.target.paused)

    def address(self, control: Control) -> str:
        if self.campaign and self.target:
            return reverse("campaign:target_control", args=[self.campaign.pk, self.target.pk, control.name])
        if self.campaign:
            return reverse("campaign:control", args=[self.campaign.pk, control.name])
        return reverse("desk_target_control", args=[self.target.pk if self.target else 0, control.name])


@dataclass(frozen=True, slots=True)
class Offered:
    """A control as a screen offers it."""

    control: Control
    address: str


def controls_for(request: HttpRequest, scope: Scope) -> list[Offered]:
    """What makes sense now, for those who may decide on letters."""
    if not may(request.user, DECIDE_ON_LETTERS, scope.campaign):
        return []
    left_out = {"resume"} if not scope.paused else {"pause"}
    if scope.campaign and not scope.target:
        left_out.add("hold-new" if scope.campaign.letters_held else "let-new-go")
    return [
        Offered(control, scope.address(control))
        for control in CONTROLS.values()
        if control.name not in left_out and not (control.only_campaign and scope.target)
    ]


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_one(request: HttpRequest, campaign: Campaign, step: str) -> HttpResponse:
    return _control(request, Scope(campaign, None), step)


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_one_to_target(request: HttpRequest, campaign: Campaign, target_pk: int, step: str) -> HttpResponse:
    return _control(request, Scope(campaign, get_object_or_404(Target, pk=target_pk)), step)


@only(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_target(request: HttpRequest, target_pk: int, step: str) -> HttpResponse:
    return _control(request, Scope(None, get_object_or_404(Target, pk=target_pk)), step)


def _control(request: HttpRequest, scope: Scope, step: str) -> HttpResponse:
    control = CONTROLS.get(step)
    if control is None or (control.only_campaign and scope.target):
        raise Http404
    form = WhenForm(request.POST if request.method == "POST" else None) if control.asks_when else None
    if request.method != "POST":
        return _page(request, scope, control, form)
    if form and not form.is_valid():
        return _page(request, scope, control, form, status=422)
    return _take(request, scope, control, [form.cleaned_data["at"]] if form else [])


def _take(request: HttpRequest, scope: Scope, control: Control, when: list[datetime]) -> HttpResponse:
    letters = control.take(*when, **scope.refs)
    about = scope.campaign or scope.target
    if about is not None:
        more = {"at": when[0].isoformat()} if when else {}
        to = {"target": scope.target.pk} if scope.campaign and scope.target else {}
        note(request, f"letters_{control.name.replace('-', '_')}", about, letters=letters, **to, **more)
    messages.success(request, f"{control.label}: {_so_many(letters)}" if control.touches else str(control.label))
    return HttpResponseRedirect(scope.home)


def _so_many(letters: int) -> str:
    return ngettext("%(letters)s letter", "%(letters)s letters", letters) % {"letters": letters}


def _page(
    request: HttpRequest, scope: Scope, control: Control, form: forms.Form | None, *, status: int = 200
) -> HttpResponse:
    letters = steering.number_of_letters(control.touches, **scope.refs) if control.touches else None
    return show(
        request,
        "desk/control.html",
        Frame(title=control.label, icon=control.icon, crumbs=_crumbs(scope)),
        status=status,
        scope=scope,
        control=control,
        letters=letters,
        form=form,
    )


def _crumbs(scope: Scope) -> list[Any]:
    if scope.campaign is None:
        return [(reverse("target:index"), _("Targets")), (scope.home, str(scope.target))]
    crumbs = campaign_crumbs(scope.campaign)
    return [*crumbs, (scope.home, str(scope.target))] if scope.target else crumbs
