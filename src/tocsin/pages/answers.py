"""What a reader gets: the action page, the home page, and what stands beside a page (its number, its scripts).

The form is rendered from the live edition, never from the page itself: what people sign is what was frozen. No answer
looks at a cookie, so that one rendering may serve everybody for some seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from tocsin.actions.contract import read
from tocsin.actions.count import ShownCount, shown_count
from tocsin.actions.finding import Finding, Recipient
from tocsin.actions.form import Occasion, ShownForm, show_form
from tocsin.actions.standing import Standing, standing
from tocsin.campaigns.models import Campaign, Edition, Targeting
from tocsin.campaigns.offers import turns_of
from tocsin.campaigns.targeting.answers import Outcome, Place
from tocsin.campaigns.words import EditionWords, ShareWords
from tocsin.look.policy import accent_style, cacheable, public
from tocsin.pages.afterwards import where_it_leads
from tocsin.pages.brand import brand_of
from tocsin.pages.pictures import shown_picture
from tocsin.pages.publish import compile_words, publish_page
from tocsin.pages.scripts import scripts_document
from tocsin.pages.taken import letters_taken

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage, HomePage

PREVIEW_MODES = [
    ("open", _("The page")),
    ("errors", _("With errors to mend")),
    ("thanks", _("After acting")),
    ("closed", _("When the campaign is closed")),
]
SEVERAL = ("several", _("Where a postal code lies in two ridings"))


def preview_modes(page: ActionPage) -> list[tuple[str, Any]]:
    """The states of a page that a campaigner may look at before publishing."""
    by_postal_code = page.campaign is not None and page.campaign.targeting == Targeting.POSTAL_CODE
    return [*PREVIEW_MODES, SEVERAL] if by_postal_code else PREVIEW_MODES


def action_page(request: HttpRequest, page: ActionPage) -> HttpResponse:
    """The live page, from its live edition. One that has none yet (it was imported) gets it now."""
    if page.campaign is None:
        raise Http404
    edition = _edition(page, page.campaign)
    now = _shown_standing(edition)
    if now is Standing.CLOSED and (onward := where_it_leads(page)):
        return cacheable(public(HttpResponseRedirect(onward)))
    form = show_form(edition.pk, edition.words, occasion=_turned(edition.words)) if now == Standing.OPEN else None
    context = _page_context(page, edition.words, form=form, standing=now, count=shown_count(page.campaign))
    has_scripts = page.scripts.filter(enabled=True).exists()
    context["taken"] = letters_taken(page.campaign, edition.words)
    context |= {"live": True, "scripts_url": f"{edition.words['page_path']}scripts.html" if has_scripts else None}
    return cacheable(_rendered(request, "pages/action_page.html", edition.words, context))


def _turned(words: EditionWords) -> Occasion:
    """Another opening and subject each time that the page is made; the script turns what a cache keeps."""
    letter = words["letter"]
    return Occasion(turn=random.randrange(turns_of(letter)) if letter else 0)  # noqa: S311  (no secret)


def _edition(page: ActionPage, campaign: Campaign) -> Edition:
    edition = Edition.objects.current(campaign, page.locale.language_code) or publish_page(page)
    if edition is None:
        raise Http404
    return edition


def _shown_standing(edition: Edition) -> Standing:
    now = standing(edition.pk)
    return Standing.CLOSED if now is Standing.RETIRED else now


def _page_context(
    page: ActionPage, words: EditionWords, *, form: ShownForm | None, standing: Standing, count: ShownCount
) -> dict[str, Any]:
    """All that pages/action_page.html is told."""
    campaign = page.campaign or Campaign()
    return {
        "page": page,
        "form": form,
        "count": count,
        "standing": standing.value,
        "opens_at": _there(campaign.opens_at, campaign),
        "closes_at": _there(campaign.closes_at, campaign),
        "outcome": page.outcome,
        "translations": translations_shown(words["translations"].items()),
        "hero": shown_picture(page.hero_image, alt=page.hero_alt, credit=page.hero_credit),
        "background_title": page.background_title,
        "background": page.background,
        "scripts_url": None,
        "page_url": absolute(words["page_path"]),
        "share": _shared(words["share"]),
        "live": False,
    }


def _rendered(request: HttpRequest, template: str, words: EditionWords, context: dict[str, Any]) -> HttpResponse:
    """In the words' own language."""
    brand = words["brand"]
    style = accent_style(brand["accent"], brand["accent_dark"])
    context |= {"words": words, "brand": brand, "accent_style": style, "language": words["language"]}
    with translation.override(words["language"]):
        html = render_to_string(template, context, request=request)
    return public(HttpResponse(html), inline_style=style)


def home(request: HttpRequest, page: HomePage, actions: Iterable[ActionPage]) -> HttpResponse:
    """The home page of a language with a card for each of its live action pages."""
    language = page.locale.language_code
    brand = brand_of(page.get_site()).words(language)
    style = accent_style(brand["accent"], brand["accent_dark"])
    others = page.get_translations().live().select_related("locale")
    context = {
        "page": page,
        "cards": [_card(action, action.campaign) for action in actions if action.campaign is not None],
        "intro": page.intro,
        "translations": translations_shown((other.locale.language_code, other.path_in_site()) for other in others),
        "brand": brand,
        "accent_style": style,
        "language": language,
    }
    with translation.override(language):
        html = render_to_string("pages/home_page.html", context, request=request)
    return cacheable(public(HttpResponse(html), inline_style=style))


def _card(page: ActionPage, campaign: Campaign) -> dict[str, Any]:
    return {
        "url": page.path_in_site(),
        "title": page.title,
        "demand": page.demand,
        "count": shown_count(campaign),
        "hero": shown_picture(page.hero_image, alt=page.hero_alt, credit=page.hero_credit),
        "standing": _standing_of(campaign).value,
        "outcome": page.outcome,
    }


def _standing_of(campaign: Campaign) -> Standing:
    if campaign.not_yet_open():
        return Standing.NOT_YET
    return Standing.CLOSED if campaign.closed_for_signing() else Standing.OPEN


def count_json(page: ActionPage) -> HttpResponse:
    """The number, for the page's own script and for anybody else who wants to show it."""
    if page.campaign is None:
        raise Http404
    response = cacheable(public(JsonResponse(shown_count(page.campaign).as_json())))
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def scripts_html(page: ActionPage) -> HttpResponse:
    """The frame of the campaigner's scripts, if any is switched on."""
    scripts = list(page.scripts.filter(enabled=True).order_by("pk"))
    if not scripts:
        raise Http404
    return scripts_document(scripts, page.locale.language_code)


BESIDE: dict[str, Callable[[ActionPage], HttpResponse]] = {"count.json": count_json, "scripts.html": scripts_html}


def preview(request: HttpRequest, page: ActionPage, mode: str) -> HttpResponse:
    """A draft as the public would see it. Its words are compiled and forgotten; nothing is stored."""
    words = compile_words(page)
    campaign = page.campaign or Campaign()
    count = shown_count(campaign) if campaign.pk else ShownCount(0, None, timezone.now(), 1)
    if mode == "thanks":
        with_reader = replace(count, count=count.count + 1)
        context = {
            "count": with_reader,
            "page_url": absolute(words["page_path"]),
            "receipt_path": "#",
            "confirm_first": campaign.confirm_first,
            "way": "us",
        }
        return _rendered(request, "web/thanks.html", words, context)
    if mode == "several":
        return _rendered(request, "web/find.html", words, {"form": _form_with_several(words)})
    with translation.override(words["language"]):
        form = _form_with_errors(words) if mode == "errors" else show_form(0, words)
    if mode == "errors":
        return _rendered(request, "web/mend.html", words, {"form": form})
    closed = mode == "closed"
    shown = Standing.CLOSED if closed else Standing.OPEN
    context = _page_context(page, words, form=None if closed else form, standing=shown, count=count)
    if closed and not context["closes_at"]:
        context["closes_at"] = _there(timezone.now(), campaign)
    return _rendered(request, "pages/action_page.html", words, context)


class _Mistyped:
    """A form as people really send it: names left out, the address mistyped, the letter as it was."""

    def __init__(self, words: EditionWords) -> None:
        letter = words["letter"]
        self._typed = {"email": "jane.doe@gmial.com", "postal_code": "K1A", "phone": "12"}
        self._typed |= {"subject": letter["subject"], "text": letter["text"]} if letter else {}

    def getlist(self, key: str) -> list[Any]:
        return [self._typed.get(key, "")]


def _form_with_errors(words: EditionWords) -> ShownForm:
    typed = _Mistyped(words)
    return show_form(0, words, posted=typed, problems=read(words, typed).problems)


def _form_with_several(words: EditionWords) -> ShownForm:
    """The step that finds who gets the letter, for a postal code in two ridings that do not exist."""
    names = (_("The first riding"), _("The second riding"))
    recipients = tuple(Recipient(Place(f"example-{name}", str(name))) for name in names)
    with translation.override(words["language"]):
        occasion = Occasion(found=Finding(Outcome.SEVERAL, "K1A 0A6", recipients), may_send=True)
        return show_form(0, words, occasion=occasion)


def translations_shown(paths: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The switch of languages: each in its own name."""
    return [
        {"language": code, "name": get_language_info(code)["name_local"].capitalize(), "url": path}
        for code, path in paths
    ]


def absolute(path: str) -> str:
    return settings.TOCSIN_BASE_URL.geturl().rstrip("/") + path


def _shared(share: ShareWords) -> dict[str, str]:
    """What other sites show of the page: they need the picture's whole address."""
    url = share["image_url"]
    return {"text": share["text"], "image_url": absolute(url) if url.startswith("/") else url}


def _there(moment: datetime | None, campaign: Campaign) -> datetime | None:
    return moment.astimezone(ZoneInfo(campaign.time_zone)) if moment else None
