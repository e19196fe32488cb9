"""“Write it in French”: a draft of a campaign's page in a language that it does not speak yet."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import SEE_CAMPAIGNS, WRITE_PAGES, of_campaign
from tocsin.pages.making import Words, first_words_for, home_in, make_draft, newest_words_of, pages_by_language
from tocsin.pages.models import ActionPage

# What is filled in already for every language stands in that language from the beginning.
FIRST_SAID = ("thanks_headline", "thanks_text", "mail_subject", "mail_text", "details", "consents")


@require_POST
@of_campaign(SEE_CAMPAIGNS, WRITE_PAGES)
def write_in(request: HttpRequest, campaign: Campaign, language: str) -> HttpResponse:
    """Makes the draft, if it is not there, and opens it on the edit screen."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    pages = pages_by_language(campaign)
    page = pages.get(language) or _begun(request, campaign, language, next(iter(pages.values()), None))
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


def _begun(request: HttpRequest, campaign: Campaign, language: str, twin: ActionPage | None) -> ActionPage:
    home = home_in(language)
    person: Any = request.user
    if home is None or not home.permissions_for_user(person).can_add_subpage():
        raise PermissionDenied
    words = translated(twin, language) if twin else first_words_for(language) | {"title": campaign.name}
    page = make_draft(campaign, home, words, person=person, twin=twin)
    if twin:
        messages.success(request, _("This is a copy to write over. Nobody sees it until it is published."))
    return page


def translated(twin: ActionPage, language: str) -> Words:
    """The words of the twin, to be written over; what the house says by itself it says in the new language."""
    words, first = newest_words_of(twin), first_words_for(language)
    said_there = first_words_for(twin.locale.language_code)
    return words | {name: first[name] for name in FIRST_SAID if words[name] == said_there[name]}
