"""What every installation begins with: a home page for each language, the site that shows them, and a review.

Without them nobody can write an action page. `tocsin begin` makes what is missing; what is there already stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Locale, Page, Site

from tocsin.pages.models import HomePage
from tocsin.pages.review import make_review

PORTS = {"http": 80, "https": 443}

type Progress = Callable[[str], None]


def make_beginning(progress: Progress) -> None:
    """What a new installation lacks."""
    make_site(make_homes(progress), settings.TOCSIN_BASE_URL)
    make_review()


@transaction.atomic
def make_homes(progress: Progress, intros: Mapping[str, str] | None = None) -> dict[str, HomePage]:
    """One home page for each language, translations of each other. `intros` are the first words of new ones."""
    homes: dict[str, HomePage] = {}
    for language, _name in settings.LANGUAGES:
        home = HomePage.objects.filter(locale__language_code=language, depth=2).first()
        if home is None:
            progress(f"Making the home page ({language})")
            home = _new_home(language, next(iter(homes.values()), None), (intros or {}).get(language, ""))
        homes[language] = home
    return homes


def _new_home(language: str, twin: HomePage | None, intro: str) -> HomePage:
    locale, _made = Locale.objects.get_or_create(language_code=language)
    with translation.override(language):
        home = HomePage(title=gettext("Take action"), slug=f"home-{language}", locale=locale, intro=intro)
    if twin is not None:
        home.translation_key = twin.translation_key
    Page.get_first_root_node().add_child(instance=home)
    home.save_revision().publish()
    return home


@transaction.atomic
def make_site(homes: Mapping[str, HomePage], address: SplitResult) -> Site:
    """The site at the public address. Wagtail's own welcome page, which every new database has, makes room."""
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    welcome = site.root_page if site.pk else None
    site.hostname = address.hostname or "localhost"
    site.port = address.port or PORTS.get(address.scheme, 80)
    site.root_page = homes[settings.LANGUAGE_CODE]
    site.save()
    if welcome is not None and type(welcome.specific) is Page and not welcome.get_children().exists():
        welcome.delete()
    return site


def languages_without_a_home() -> list[str]:
    """The names of the languages in which no page can be written yet."""
    there = set(HomePage.objects.filter(live=True).values_list("locale__language_code", flat=True))
    return [str(name) for code, name in settings.LANGUAGES if code not in there]
