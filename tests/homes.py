"""Where pages grow: the root, and a home page in each language, written straight into their tables.

Saving a page as the desk does takes a hundred queries, for its checks, its log and its signals. Nearly every test of
`pages` and `desk` begins with these three and is about something else.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Locale, Page

from tocsin.pages.models import HomePage

TITLES = {"en": "Take action", "fr": "Agissez"}


def a_root() -> Page:
    """The page that all others are below; the one that is there, if there is one."""
    where = {"path": "0001", "depth": 1, "url_path": "/"}
    return Page.get_first_root_node() or _written(Page, "en", title="Root", slug="root", **where)


def two_homes() -> dict[str, HomePage]:
    """The first pages below the root, in English and French, translations of each other."""
    root, of_both = a_root(), uuid4()
    for number, (language, title) in enumerate(TITLES.items(), start=root.numchild + 1):
        slug, path = f"home-{language}", f"{root.path}{number:04}"
        said = {"title": title, "slug": slug, "url_path": f"/{slug}/", "translation_key": of_both}
        page = _written(HomePage, language, path=path, depth=2, **said)
        HomePage(page_ptr=page).save_base(raw=True, force_insert=True)  # only what is its own
    Page.objects.filter(pk=root.pk).update(numchild=root.numchild + len(TITLES))
    return {home.locale.language_code: home for home in HomePage.objects.select_related("locale")}


def _written(model: type[Page], language: str, **fields: Any) -> Page:
    kind = ContentType.objects.get_for_model(model)
    locale, _made = Locale.objects.get_or_create(language_code=language)
    [page] = Page.objects.bulk_create([Page(content_type=kind, locale=locale, draft_title=fields["title"], **fields)])
    return page
