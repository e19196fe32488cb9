"""The cache in two: what must hold everywhere is a row, everything else costs no query."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from tocsin.lib.splitcache import SplitCache
from tocsin.staff.shared import SharedNote


def test_it_works(db: None) -> None:
    assert cache.add("allauth:rl:somebody", [1.5], 60)
    assert not SplitCache("staff_sharednote", {}).add("allauth:rl:somebody", [2.5], 60)
    assert SplitCache("staff_sharednote", {}).get("allauth:rl:somebody") == [1.5]
    cache.delete("allauth:rl:somebody")
    assert cache.get("allauth:rl:somebody", "gone") == "gone"


def test_the_table_tells_nobody_who_it_was(db: None) -> None:
    cache.set("allauth:rl:login:ip:192.0.2.7", ["x"], 60)
    [row] = SharedNote.objects.all()
    assert len(row.cache_key) == 64
    assert "192.0.2.7" not in f"{row.cache_key} {row.value}"


def test_everything_else_makes_no_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        cache.set("wagtail_site_root_paths", 1, 60)
        assert cache.get_or_set("wagtail_site_root_paths", 2) == 1
        assert cache.touch("wagtail_site_root_paths", 10)
        cache.delete("wagtail_site_root_paths")
        assert "wagtail_site_root_paths" not in cache
