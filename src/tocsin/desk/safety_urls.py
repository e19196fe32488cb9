"""The addresses of publishing with a safety net: a look before, editions, and the question about changed words."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import changed_words, editions, look, preflight

# Below a campaign's own address, in its name space.
SAFETY_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/editions/", editions.editions, name="editions"),
    path("<int:pk>/editions/compare/", editions.compare, name="compare"),
    path("<int:pk>/editions/<int:edition_pk>/", editions.edition, name="edition"),
    path("<int:pk>/before-publishing/", preflight.look, name="preflight"),
    path("<int:pk>/before-publishing/test/", preflight.try_it, name="try_it"),
    path("<int:pk>/look/", look.look, name="look"),
    path("<int:pk>/look/<int:page_pk>/<slug:mode>/", look.at, name="look_at"),
    path("<int:pk>/changed-words/", changed_words.changed_words, name="changed_words"),
]
