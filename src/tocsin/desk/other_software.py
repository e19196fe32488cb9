"""The two rooms of other software, side by side: what it may ask by keys, and what it is told by webhooks."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tocsin.desk.data_tabs import Tab
from tocsin.desk.frame import Crumb

OTHER_SOFTWARE = _("Other software")
ROOMS = {"desk_keys": _("API keys"), "desk_endpoints": _("Webhooks")}


def software_tabs(here: str) -> list[Tab]:
    return [Tab(reverse(name), words, name == here) for name, words in ROOMS.items()]


def software_crumbs(above: str) -> list[Crumb]:
    """The way back to a room."""
    return [(reverse(above), OTHER_SOFTWARE)]
