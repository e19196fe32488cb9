"""What the desk says about an update: its languages by name, and what keeps it from being let go."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.actions.models import Update
from tocsin.actions.updates.audience import has_words
from tocsin.actions.updates.steer import languages_without_an_address


def languages_named(update: Update) -> list[tuple[str, str | Promise]]:
    """The languages it has words in."""
    return [(code, name) for code, name in settings.LANGUAGES if has_words(update, code)]


def what_keeps_it(update: Update, people: int) -> list[str]:
    """Each as a sentence that says what to do; none where it may be let go."""
    said = []
    if update.campaign.test_address:
        said.append(
            _(
                "This campaign is in test mode, and nobody gets an update from it. Send yourself a test; take the test "
                "address away in the settings before you send it."
            )
        )
    if languages_without_an_address(update.campaign):
        said.append(
            _(
                "The law asks that such a mail says who writes: name, postal address and contact. Fill them in under "
                "Settings, Brand, and publish the campaign's pages again."
            )
        )
    if not people:
        said.append(_("Nobody would get it. Choose other people, or write in their language."))
    return said
