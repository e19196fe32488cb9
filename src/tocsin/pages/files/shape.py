"""What stands in the folder of a campaign: the names of its files, what each may say, and how large it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tocsin.campaigns.import_file import MEGABYTE
from tocsin.pages.making import ALSO, LINKS, PICTURES, STREAMS, TEXTS

FORMAT = 1
CAMPAIGN, PICTURE_TITLES = "campaign.toml", "pictures.toml"
TARGETS, MEMBERS, LEDGER = "targets.csv", "list.csv", "ledger.csv"
README = "README.txt"
IN_PICTURES = "pictures/"
PAGE = re.compile(r"page\.([A-Za-z0-9_-]{1,20})\.toml", re.IGNORECASE)
ONLY_TO_READ = (LEDGER, README)

# The settings of a campaign that are its rules; a pause, test mode and what else is of the moment stay where they are.
RULES = (
    *("targeting", "matched_by", "provider", "goal", "show_count_from", "time_zone", "reply_to", "moderation"),
    *("letters_held", "confirm_first", "offer_own_mail", "offer_print", "show_taken"),
    *("data_kept_months", "words_kept_days"),
)
DATES = ("opens_at", "closes_at", "letters_not_before")
# Decided by whoever decides on letters.
OF_LETTERS = ("letters_held", "letters_not_before")
# What a page says, in the order of its file.
PAGE_TEXTS = ("title", "slug", *TEXTS[1:], *(name for name in ALSO if name != "slug"))
PAGE_KEYS = (*PAGE_TEXTS, *PICTURES, *LINKS, *STREAMS)

MOST_PACKED_BYTES = 20 * MEGABYTE
MOST_BYTES = 60 * MEGABYTE
MOST_FILES = 300
MOST_TEXT_BYTES = MEGABYTE
# Deeper than any block of ours; Python's reader of TOML would go on until its own stack ends.
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps files from being brought in, or a remark on them: where it is, and a sentence with what to do."""

    file: str
    sentence: str
    line: int | None = None

    @property
    def where(self) -> str:
        if self.line is None:
            return self.file
        return _("%(file)s, line %(line)s") % {"file": self.file, "line": self.line}

    def __str__(self) -> str:
        return (
            _("%(where)s: %(sentence)s") % {"where": self.where, "sentence": self.sentence}
            if self.file
            else self.sentence
        )


def page_file(language: str) -> str:
    return f"page.{language}.toml"


def megabytes(size: int) -> int:
    return size // MEGABYTE
