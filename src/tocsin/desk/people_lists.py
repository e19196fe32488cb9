"""The lists of supporters, actions and consents: of the whole site or of one campaign, a screenful at a time.

Names stay sealed in a list until somebody asks for them, for one screenful; that they did is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tocsin.actions.lists.find import Found, actions_like, consents_like, supporters_like, supporters_of_campaign
from tocsin.actions.lists.wanted import ANSWERS, OWN_WORDS, STANDINGS, Wanted, number
from tocsin.actions.lists.windows import screenful
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign
from tocsin.desk.data_tabs import data_crumbs, data_tabs
from tocsin.desk.export_form import KNOWN, purposes
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.people_rows import action_rows, consent_rows, supporter_rows
from tocsin.desk.rights import (
    EXPORT_PEOPLE,
    FIND_PEOPLE,
    OPEN_PERSONAL_DATA,
    SEE_CAMPAIGNS,
    campaigns_with,
    may,
    of_campaign,
    only,
    refuse,
)
from tocsin.outbox.states import State as MessageState
from tocsin.supporters.models import Consent

MOST_TO_CHOOSE_FROM = 200


@dataclass(frozen=True, slots=True)
class List:
    """One of the three: how its rows are found, and how a screenful of them is shown."""

    name: str
    title: Promise
    find: Callable[[Wanted, Campaign | None], Found[Any]]
    rows: Callable[..., list[Any]]
    nothing: Promise


def _supporters(wanted: Wanted, campaign: Campaign | None) -> Found[Any]:
    return supporters_of_campaign(wanted, campaign.pk) if campaign else supporters_like(wanted)


LISTS = {
    "supporters": List(
        "supporters",
        _("Supporters"),
        _supporters,
        supporter_rows,
        _("Nobody yet. Whoever acts on a page becomes a supporter within seconds, once their action counts."),
    ),
    "actions": List(
        "actions",
        _("Actions"),
        lambda wanted, campaign: actions_like(wanted, campaign.pk if campaign else None),
        action_rows,
        _("None yet. Each signature and each letter that somebody sends from an action page stands here."),
    ),
    "consents": List(
        "consents",
        _("Consents"),
        lambda wanted, campaign: consents_like(wanted, campaign.pk if campaign else None),
        consent_rows,
        _("None yet. Each answer to a question of consent stands here, with the exact words it was asked in."),
    ),
}


@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Where the menu leads: the first room of people's data that this person may enter."""
    tabs = data_tabs(request, None, "")
    if not tabs:
        refuse(request)
    return HttpResponseRedirect(tabs[0].url)


@only(FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def supporters(request: HttpRequest) -> HttpResponse:
    return _screen(request, None, LISTS["supporters"])


@only(FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    return _screen(request, None, LISTS["actions"])


@only(FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    return _screen(request, None, LISTS["consents"])


@of_campaign(SEE_CAMPAIGNS, FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def supporters_of(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return _screen(request, campaign, LISTS["supporters"])


@of_campaign(SEE_CAMPAIGNS, FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def actions_of(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return _screen(request, campaign, LISTS["actions"])


@of_campaign(SEE_CAMPAIGNS, FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def consents_of(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return _screen(request, campaign, LISTS["consents"])


def _screen(request: HttpRequest, campaign: Campaign | None, which: List) -> HttpResponse:
    chosen = campaign or _chosen(request)
    wanted = Wanted.asked_by(request.GET).only(*KNOWN[_kind_of(which)])
    found = screenful(which.find(wanted, chosen), number(request.GET.get("older")), number(request.GET.get("newer")))
    names = "names" in request.GET and bool(found.rows)
    if names:
        _note_names(request, chosen, which, found.rows, wanted)
    return show(
        request,
        "desk/people_list.html",
        Frame(title=which.title, icon="group", crumbs=data_crumbs(campaign)),
        campaign=campaign,
        tabs=data_tabs(request, campaign, which.name),
        which=which,
        wanted=wanted,
        chosen=chosen,
        knows=KNOWN[_kind_of(which)],
        lacks_purpose=_lacks_purpose(request, which, wanted),
        rows=_rows(request, chosen, which, found.rows, names=names),
        found=found,
        names=names,
        where=_query(wanted, None if campaign else chosen),
        may_find=may(request.user, FIND_PEOPLE),
        exports=_exports(request, campaign or chosen, which, wanted),
        **_choices(campaign, chosen),
    )


def _rows(request: HttpRequest, campaign: Campaign | None, which: List, found: list[Any], *, names: bool) -> list[Any]:
    """What somebody signed elsewhere is shown only to whoever may open that campaign's people."""
    if which.name == "supporters":
        seen = campaigns_with(request.user, FIND_PEOPLE)
        return which.rows(found, names=names, seen=seen, campaign=campaign)
    return which.rows(found, names=names)


def _kind_of(which: List) -> Any:
    return which.name


def _lacks_purpose(request: HttpRequest, which: List, wanted: Wanted) -> str:
    """How people are to stand to something, where nobody said to what; else empty."""
    said = request.GET.get("consent", "")
    return said if "consent" in KNOWN[_kind_of(which)] and said in STANDINGS and not wanted.purpose else ""


def _chosen(request: HttpRequest) -> Campaign | None:
    """On the whole site a campaign is a filter like others."""
    pk = number(request.GET.get("campaign"))
    return Campaign.objects.filter(pk=pk).first() if pk else None


def _query(wanted: Wanted, chosen: Campaign | None) -> str:
    parts = [wanted.query(), f"campaign={chosen.pk}" if chosen else ""]
    return "&".join(part for part in parts if part)


def _note_names(request: HttpRequest, campaign: Campaign | None, which: List, rows: list[Any], wanted: Wanted) -> None:
    """A line for a screenful: from which row to which, so that who was seen can be told afterwards."""
    data = {"list": which.name, "from": rows[-1].pk, "to": rows[0].pk, "rows": len(rows), "filter": wanted.as_words()}
    data["campaign"] = campaign.pk if campaign else None
    note(request, "people_listed", campaign or rows[0], **data)


def _exports(request: HttpRequest, campaign: Campaign | None, which: List, wanted: Wanted) -> list[tuple[Any, str]]:
    """What can be taken along of just these."""
    if not may(request.user, EXPORT_PEOPLE, campaign):
        return []
    kinds = [(which.name, _("Export these"))]
    if which.name == "supporters":
        kinds.append(("mailing", _("Make a mailing list")))
    query = f"?{wanted.query()}" if wanted.anything else ""
    if campaign:
        return [(words, reverse("campaign:new_export", args=[campaign.pk, kind]) + query) for kind, words in kinds]
    return [(words, reverse("desk_new_export", args=[kind]) + query) for kind, words in kinds]


def _choices(campaign: Campaign | None, chosen: Campaign | None) -> dict[str, Any]:
    """What can be chosen in the filters."""
    return {
        "languages": settings.LANGUAGES,
        "states": State.choices,
        "fates": MessageState.choices,
        "own_words": OWN_WORDS.items(),
        "purposes": purposes(),
        "standings": STANDINGS.items(),
        "answers": ANSWERS.items(),
        "methods": Consent.Method.choices,
        "campaigns": [] if campaign else _campaigns(chosen),
    }


def _campaigns(chosen: Campaign | None) -> list[tuple[int, str]]:
    """To choose from; the one that is chosen is among them, however many there are."""
    found = list(Campaign.objects.order_by("name").values_list("pk", "name")[:MOST_TO_CHOOSE_FROM])
    return found if chosen is None or (chosen.pk, chosen.name) in found else [(chosen.pk, chosen.name), *found]
