"""What a purpose of consent is called before people. The word it is filed under is for files and for programs."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.supporters.current import EVERYTHING, is_about_campaign

SAID: dict[str, Promise] = {EVERYTHING: _("everything"), "news": _("news and updates")}


def purpose_said(purpose: str) -> Promise | str:
    """One that a campaigner made up is said as they filed it, as words: “phone calls” for phone_calls."""
    if is_about_campaign(purpose):
        return _("updates about one campaign")
    return SAID.get(purpose) or purpose.replace("_", " ").replace("-", " ")
