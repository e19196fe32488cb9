"""Makes an installation of Tocsin with the demonstration's pages. Runs in the environment of that installation.

The last line that it prints is JSON: what the measurements must know of it.
"""

from __future__ import annotations

import json
import pkgutil
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from tocsin.prepare import make_static_files

# A running worker remembers these: they are made once and never removed.
KEPT = ("lane", "bucket")
# By night a target has a pace, always. Whatever the hour of the run, it is not the pace that is measured.
NO_PACE = 1_000_000_000
ROOMS = ("actions", "outbox", "supporters")


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    make_static_files()
    prepare_demo = pkgutil.resolve_name("tocsin.pages.demo:prepare_demo")
    prepare_demo(lambda _line: None, settings.TOCSIN_BASE_URL.geturl())
    apps.get_model("campaigns", "Target").objects.update(per_hour_by_night=NO_PACE)
    print(json.dumps(_known()))


def _known() -> dict[str, Any]:
    """The demonstration's letter in English, the tables that a cell starts with empty, and how the web is served."""
    editions = apps.get_model("campaigns", "Edition").objects.filter(campaign__slug="safe-third-country")
    edition = editions.filter(language="en").latest("number")
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    models = [model for model in models if model._meta.model_name not in KEPT]
    return {
        "path": edition.words["page_path"],
        "edition": edition.pk,
        "campaign": edition.campaign_id,
        "tables": [model._meta.db_table for model in models] + ["campaigns_tally"],
        "workers": settings.TOCSIN_WEB_WORKERS,
        "threads": settings.TOCSIN_WEB_THREADS,
    }


if __name__ == "__main__":
    main()
