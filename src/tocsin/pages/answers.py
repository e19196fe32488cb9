"""What a reader gets: the action page, the home page, and what stands beside a page (its number, its scripts).

The form is rendered from the live edition, never from the page itself: what people sign is what was frozen. No answer
looks at a cookie, so that one rendering may serve everybody for some seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info

from tocsin.actions.count import ShownCount, shown_count
from tocsin.actions.form import Occasion, ShownForm, show_form
from tocsin.actions.standing import Standing, standing
from tocsin.campaigns.models import Campaign, Edition
from tocsin.campaigns.offers import turns_of
from tocsin.campaigns.words import EditionWords, ShareWords
from tocsin.lib.sources import with_source_of
from tocsin.look.policy import accent_style, cacheable, counted, public
from tocsin.pages.afterwards import where_it_leads
from tocsin.pages.brand import brand_of
from tocsin.pages.changes import changes_shown
from tocsin.pages.pictures import shown_picture
from tocsin.pages.publish import publish_page
from tocsin.pages.scripts_frame import Frames, frames_of
from tocsin.pages.taken import letters_taken

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage, HomePage


def action_page(request: HttpRequest, page: ActionPage) -> HttpResponse:
    """The live page, from its live edition. One that has none yet (it was imported) gets it now."""
    if page.campaign is None:
        raise Http404
    editions = _editions(page, page.campaign)
    edition = editions[_turn(request) if len(editions) > 1 else 0]
    now = _shown_standing(edition)
    if now is Standing.CLOSED and (onward := where_it_leads(page)):
        to = with_source_of(request.META.get("QUERY_STRING", ""), onward)
        return cacheable(public(HttpResponseRedirect(to)), ignores_query=False)
    form = show_form(edition.pk, edition.words, occasion=_turned(edition.words)) if now == Standing.OPEN else None
    context = page_context(page, edition.words, form=form, standing=now, count=shown_count(page.campaign))
    context["taken"] = letters_taken(page.campaign, edition.words)
    context["changes"] = changes_shown(page.campaign, edition.language)
    context |= {"live": True, "scripts": frames_of(page, edition.words["page_path"])}
    answer = cacheable(rendered(request, "pages/action_page.html", edition.words, context))
    if len(editions) > 1:
        answer.headers["Wordings"] = "2"
    return counted(answer, campaign=page.campaign.pk, language=edition.language)


def _turn(request: HttpRequest) -> int:
    """Where two wordings are tried, one of them by chance: each reading is a throw of its own, and nobody is known
    again. Which one moved somebody is told by the edition that their form names."""
    return int(request.META.get("tocsin.wording", random.randrange(2)))  # noqa: S311  (no secret)


def _turned(words: EditionWords) -> Occasion:
    """Another opening and subject each time that the page is made; the script turns what a cache keeps."""
    letter = words["letter"]
    return Occasion(turn=random.randrange(turns_of(letter)) if letter else 0)  # noqa: S311  (no secret)


def _editions(page: ActionPage, campaign: Campaign) -> list[Edition]:
    spoken = Edition.objects.spoken(campaign, page.locale.language_code)
    if spoken:
        return spoken
    edition = publish_page(page)
    if edition is None:
        raise Http404
    return [edition]


def _shown_standing(edition: Edition) -> Standing:
    now = standing(edition.pk)
    return Standing.CLOSED if now is Standing.RETIRED else now


def page_context(
    page: ActionPage, words: EditionWords, *, form: ShownForm | None, standing: Standing, count: ShownCount
) -> dict[str, Any]:
    """All that pages/action_page.html is told."""
    campaign = page.campaign or Campaign()
    return {
        "page": page,
        "form": form,
        "count": count,
        "standing": standing.value,
        "opens_at": there(campaign.opens_at, campaign),
        "closes_at": there(campaign.closes_at, campaign),
        "outcome": page.outcome,
        "translations": translations_shown(in_other_languages(page, campaign)),
        "hero": shown_picture(page.hero_image, alt=page.hero_alt, credit=page.hero_credit),
        "background_title": page.background_title,
        "background": page.background,
        "scripts": Frames(),
        "page_url": absolute(words["page_path"]),
        "share": _shared(words["share"]),
        "live": False,
    }


def rendered(request: HttpRequest, template: str, words: EditionWords, context: dict[str, Any]) -> HttpResponse:
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


def in_other_languages(page: ActionPage, campaign: Campaign) -> list[tuple[str, str]]:
    """The campaign's live pages in other languages: the language and the path of each. Asked when the page is shown,
    not frozen with its words: another page that comes or goes changes nothing of what is signed here."""
    if campaign.pk is None:
        return []
    others = campaign.action_pages.filter(live=True).exclude(locale=page.locale).select_related("locale")
    ordered = others.order_by("locale__language_code")
    return [(other.locale.language_code, other.path_in_site()) for other in ordered]


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


def there(moment: datetime | None, campaign: Campaign) -> datetime | None:
    return moment.astimezone(ZoneInfo(campaign.time_zone)) if moment else None
