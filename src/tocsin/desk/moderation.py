"""Actions that wait for somebody: held by screening, or stuck because what follows could not be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.actions import verdicts
from tocsin.actions.aside import FOR_STAFF
from tocsin.actions.count import change_states
from tocsin.actions.models import Action
from tocsin.actions.screen import REASONS
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign
from tocsin.desk.data_tabs import data_crumbs
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.opened import open_action
from tocsin.desk.rights import MODERATE, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, may, of_campaign

SHOWN = 100
AT_ONCE = 1000
ASKED_FIRST = _("Released. Its writer is asked by mail to confirm, and counts once they do.")


SAID = {
    "release": _("Released. It counts, and its letters are on their way."),
    "block": _("Blocked. It does not count, and nothing leaves."),
    "again": _("It is tried again. If it fails, it comes back here."),
}


# The worker notes the name of what went wrong.
STUCK_BECAUSE = {
    "TargetIsGone": _("A target that its page names is no longer there."),
    "restored": _("The database was restored"),
    "NoTarget": _("Nobody in the campaign's list belongs to this person's answer. Add them, then try again."),
    "CannotOpen": _("It was sealed with a key that is not here."),
    "no_division": _("No riding was found for its postal code. It may be mistyped, or missing in the table."),
    "no_target": _("Nobody in the campaign's list represents this person's riding. Add them, then try again."),
    "not_chosen": _("Its postal code lies in several ridings, and its writer did not say which is theirs."),
}
UNFORESEEN = _("Something unforeseen (%(reason)s). Tell whoever runs the server.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One waiting action, without anything that is personal."""

    pk: int
    reason: str
    language: str
    accepted_at: datetime

    @property
    def why(self) -> str:
        return why(self.reason)


@of_campaign(SEE_CAMPAIGNS)
def waiting(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    held, stuck = _waiting(campaign, State.HELD), _waiting(campaign, State.STUCK)
    return show(
        request,
        "desk/moderation.html",
        Frame(
            title=_("Waiting for somebody"),
            icon="tasks",
            crumbs=campaign_crumbs(campaign),
        ),
        campaign=campaign,
        held=held[:SHOWN],
        stuck=stuck[:SHOWN],
        more_held=len(held) > SHOWN,
        more_stuck=len(stuck) > SHOWN,
        oldest_again=AT_ONCE if _of_state(campaign, State.STUCK)[: AT_ONCE + 1].count() > AT_ONCE else None,
        most=SHOWN,
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
        may_moderate=may(request.user, MODERATE, campaign),
    )


def _way_to(action: Action, campaign: Campaign) -> list[Crumb]:
    """Back to what waits, or else to the list of actions: it is there that people came from."""
    if action.state not in {State.HELD, State.STUCK}:
        return data_crumbs(campaign, "actions")
    waiting = reverse("campaign:moderation", args=[campaign.pk])
    return [*campaign_crumbs(campaign), (waiting, _("Waiting for somebody"))]


@of_campaign(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
def opened(request: HttpRequest, campaign: Campaign, action_pk: int) -> HttpResponse:
    """What one person sent, opened; that it was opened is logged."""
    action = _find(campaign.pk, action_pk)
    note(request, "action_opened", action)
    return show(
        request,
        "desk/opened.html",
        Frame(title=_("What a person sent"), icon="mail", crumbs=_way_to(action, campaign)),
        campaign=campaign,
        action=action,
        why=why(action.reason),
        opened=open_action(action),
        may_moderate=may(request.user, MODERATE, campaign),
        is_held=action.state == State.HELD,
        is_stuck=action.state == State.STUCK,
    )


@require_POST
@of_campaign(SEE_CAMPAIGNS, MODERATE)
def decide(request: HttpRequest, campaign: Campaign, action_pk: int, verdict: str) -> HttpResponse:
    """Releases, blocks or tries again, then leads back to those that wait."""
    chosen = verdicts.VERDICTS.get(verdict)
    if chosen is None:
        raise Http404
    action = _find(campaign.pk, action_pk)
    with transaction.atomic():
        decided = verdicts.decide(chosen, action)
        if decided:
            note(request, chosen.entry, action)
    if decided:
        asked = verdicts.leads_to(chosen, action) == State.UNCONFIRMED
        messages.success(request, ASKED_FIRST if asked else SAID[verdict])
    else:
        messages.warning(request, _("Somebody else was faster: this action no longer waits."))
    return HttpResponseRedirect(reverse("campaign:moderation", args=[campaign.pk]))


@require_POST
@of_campaign(SEE_CAMPAIGNS, MODERATE)
def stuck_again(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Those that are stuck, the oldest first and some at once, after what they waited for was put right."""
    stuck = _numbers(campaign, State.STUCK, AT_ONCE)
    with transaction.atomic():
        moved = change_states([(pk, State.STUCK, State.COUNTED, "") for pk in stuck])
        if moved:
            note(request, "actions_retried", campaign, actions=moved)
    if moved:
        messages.success(request, _tried_again(moved))
    else:
        messages.warning(request, _("Nothing is stuck."))
    return HttpResponseRedirect(reverse("campaign:moderation", args=[campaign.pk]))


def _tried_again(moved: int) -> str:
    said = ngettext(
        "%(actions)s action is tried again. If it fails, it comes back here.",
        "%(actions)s actions are tried again. Those that fail come back here.",
        moved,
    )
    return said % {"actions": number_format(moved, force_grouping=True)}


def why(reason: str) -> str:
    """What screening or the worker noted, as a sentence; empty for nothing."""
    if not reason:
        return ""
    known = REASONS.get(reason) or STUCK_BECAUSE.get(reason)
    return str(known) if known else str(UNFORESEEN) % {"reason": reason}


def _find(pk: int, action_pk: int) -> Action:
    return get_object_or_404(
        Action.objects.select_related("campaign", "edition__campaign"), pk=action_pk, campaign_id=pk
    )


def _waiting(campaign: Campaign, state: State) -> list[Waiting]:
    """The oldest first: whoever waited longest is looked at first. One more than is shown, if there is one. Each state
    by itself, or a hundred that are stuck would hide every one that is held."""
    rows = Action.objects.filter(pk__in=_numbers(campaign, state, SHOWN + 1)).order_by("pk")
    said = rows.values_list("pk", "reason", "edition__language", "accepted_at")
    return [Waiting(pk, reason, language, at) for pk, reason, language, at in said]


def _numbers(campaign: Campaign, state: State, most: int) -> list[int]:
    """Nothing but their numbers is asked for: were more, SQLite would take the index of all of the campaign's actions,
    and read a million to find the few that wait."""
    return list(_of_state(campaign, state).values_list("pk", flat=True)[:most])


def _of_state(campaign: Campaign, state: State) -> QuerySet[Action]:
    return Action.objects.filter(FOR_STAFF, campaign=campaign, state=state).order_by("pk")
