"""“How we count”: what stands behind a campaign's number, for everybody to read, as a page and as JSON.

Neither evidence nor anything about a person is in it; who of the staff added a line only where the brand wants that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.accounted import Account, Elsewhere, account_of
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.look.policy import accent_style, cacheable, public
from tocsin.pages.answers import in_other_languages, translations_shown
from tocsin.pages.brand import brand_of

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

PATH, JSON_PATH = "how-we-count", "how-we-count.json"
A_PERSON = _(
    "One person is one e-mail address in one campaign: who acts twice counts once, also with a “+word” in the address. "
    "On paper and with partners, people are counted by those who collected them, and may have signed here, too."
)
ONLINE = _(
    "They acted on a page of this campaign, one for each person. Each is stored, and looked at before it counts."
)
ONLINE_CONFIRMED = _(
    "They acted on a page of this campaign and pressed the button in a mail of ours, one for each person."
)
SOURCES: dict[str, tuple[Promise, Promise]] = {
    CounterEntry.Source.PAPER: (_("on paper"), _("Counted by hand on sheets that people signed.")),
    CounterEntry.Source.PARTNER: (_("with partners"), _("Collected by other organisations for the same demand.")),
    CounterEntry.Source.OFFSET: (_("taken over"), _("They acted on an older platform before this page was there.")),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the number. `x` and `width` place it on a bar that is 100 wide."""

    key: str
    people: int
    label: Promise
    means: Promise
    elsewhere: Elsewhere | None = None
    x: str = "0"
    width: str = "0"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A set that was taken out of the number or put back, on the campaign's own day."""

    change: int
    on: date
    reason: str


def how_we_count(page: ActionPage) -> HttpResponse:
    (campaign, account), language = _account(page), page.locale.language_code
    zone = ZoneInfo(campaign.time_zone)
    brand = brand_of(page.get_site())
    words = brand.words(language)
    style = accent_style(words["accent"], words["accent_dark"])
    context = {
        "page": page,
        "account": account,
        "parts": placed(parts_of(account)),
        "taken_out": taken_out(account, zone),
        "person": A_PERSON,
        "proved_at": account.proof.proved_at.astimezone(zone) if account.proof else None,
        "as_of": account.shown.as_of.astimezone(zone),
        "names_staff": brand.names_staff,
        "translations": translations_shown(
            (code, f"{path}{PATH}/") for code, path in in_other_languages(page, campaign)
        ),
        "brand": words,
        "accent_style": style,
        "language": language,
        "page_path": page.path_in_site(),
    }
    with translation.override(language):
        html = render_to_string("pages/how_we_count.html", context)
    return cacheable(public(HttpResponse(html), inline_style=style))


def how_we_count_json(page: ActionPage) -> HttpResponse:
    """The same as data, for journalists and for whoever wants to check."""
    (campaign, account), names_staff = _account(page), brand_of(page.get_site()).names_staff
    with translation.override(page.locale.language_code):
        said = as_data(account, ZoneInfo(campaign.time_zone), names_staff=names_staff)
    response = cacheable(public(JsonResponse(said)))
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _account(page: ActionPage) -> tuple[Campaign, Account]:
    """404 while the number itself is not shown: what is behind it would tell it."""
    if page.campaign is None:
        raise Http404
    account = account_of(page.campaign)
    if not account.shown.is_shown:
        raise Http404
    return page.campaign, account


def parts_of(account: Account) -> list[Part]:
    """Signed online is always said, also when it is nobody; the rest where there is a line."""
    online = Part("online", account.online, _("here, online"), ONLINE_CONFIRMED if account.confirms else ONLINE)
    return [online, *(Part(one.source, one.people, *SOURCES[one.source], one) for one in account.elsewhere)]


def placed(parts: list[Part]) -> list[Part]:
    """The same parts on a bar; those that took more back than they brought are not on it."""
    total, x, shown = sum(max(0, part.people) for part in parts), 0.0, []
    for part in parts:
        width = max(0, part.people) * 100 / total if total else 0.0
        shown.append(replace(part, x=f"{x:.2f}", width=f"{width:.2f}"))
        x += width
    return shown


def taken_out(account: Account, zone: ZoneInfo) -> list[TakenOut]:
    return [
        TakenOut(one.people if one.restores_id else -one.people, one.decided_at.astimezone(zone).date(), one.reason)
        for one in account.taken_out
    ]


def as_data(account: Account, zone: ZoneInfo, *, names_staff: bool) -> dict[str, Any]:
    proof = account.proof
    return {
        **account.shown.as_json(),
        "parts": [_part(part, names_staff=names_staff) for part in parts_of(account)],
        "not_in_the_number": {
            "unconfirmed": account.unconfirmed,
            "taken_out": [
                {"change": one.change, "on": one.on.isoformat(), "reason": one.reason}
                for one in taken_out(account, zone)
            ],
        },
        "proved_at": proof.proved_at.isoformat(timespec="seconds") if proof else None,
        "proof_agreed": proof.agrees if proof else None,
        "a_person": str(A_PERSON),
    }


def _part(part: Part, *, names_staff: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"source": part.key, "people": part.people, "means": str(part.means)}
    if part.elsewhere:
        said["lines"] = [_line(line, names_staff=names_staff) for line in part.elsewhere.lines]
        said["further_lines"] = part.elsewhere.further
    return said


def _line(line: CounterEntry, *, names_staff: bool) -> dict[str, Any]:
    said = {"people": line.people, "counted_on": line.counted_on.isoformat(), "reason": line.reason}
    return {**said, "entered_by": line.entered_by_name} if names_staff else said
