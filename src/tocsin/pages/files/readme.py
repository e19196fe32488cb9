"""README.txt: what each file of the folder is, in every language of the house."""

from __future__ import annotations

from textwrap import fill

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

WIDTH = 100


def readme() -> str:
    """One language below the other, so that whoever opens the folder finds theirs; the same for every campaign."""
    parts = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            parts.append("\n".join(fill(line, WIDTH) for line in _in_this_language().split("\n")))
    return "\n\n----\n\n".join(parts) + "\n"


def _in_this_language() -> str:
    return _(
        "A campaign of Tocsin, as files.\n"
        "\n"
        "Read them, keep them in version control, change them in any editor, and bring them in again: at the desk "
        "under “New campaign”, “A campaign from files”, or by “tocsin campaign import FOLDER”. You see first what "
        "would change. Pages become drafts: nothing is published by bringing files in.\n"
        "\n"
        "campaign.toml: name, kind, rules and dates. The short name says which campaign it is: another one makes a "
        "new campaign.\n"
        "page.en.toml, page.fr.toml: all words of the page in that language. What a file does not name is empty.\n"
        "targets.csv: who the letters go to. list.csv: the list in which the right target is looked for. Both open "
        "in a spreadsheet; an empty cell empties nothing.\n"
        "pictures: the pictures that pages refer to by name; pictures.toml: their titles, and what they show.\n"
        "ledger.csv: the people who were counted elsewhere. To read only: a line of the ledger needs a reason, what "
        "shows it, and a second person, so it is never taken from here.\n"
        "\n"
        "Not in it: people who acted, scripts (a second person approves those at the desk), trials, pauses."
    )
