"""What a supporter may send of the way their letter goes: where they live, and who carries it.

Pure, as all of the contract. Where they live was found before the form is sent, by the find step; it is never looked up
here. What is posted may be forged: it says where somebody claims to live, as their postal code does.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from tocsin.actions.reading import TWICE, Offer, Posted
from tocsin.campaigns.words import EditionWords

DIVISION = "division"
# The postal code that the division was found for: whoever corrects their code afterwards is asked anew.
FOUND_FOR = "division_of"
WAY = "way"
# Where nobody could say it: the provider was away, or does not know the code.
LATER = "later"
# Before a division that is to be looked at again: its target gets no letter, and the person is to read why.
LOOK_AGAIN = "look:"
OPEN_CIVIC_DATA = re.compile(r"ocd-division/country:[a-z]{2}(?:/[a-z_]{1,30}:[\w.~-]{1,60}){0,5}")
LONGEST_DIVISION = 120
THROUGH_US = "us"


def read_division(offer: Offer, words: EditionWords, posted: Posted) -> None:
    """The division of whoever writes, where their letter goes by it. Without any the find step is still to come."""
    if not goes_by_postal_code(words):
        return
    values = {str(value) for value in posted.getlist(DIVISION)}
    if len(values) > 1:
        offer.refuse(DIVISION, TWICE)
    elif (value := "".join(values)) and not value.startswith(LOOK_AGAIN) and _is_for_this_code(offer, posted):
        _take_division(offer, value)


def _take_division(offer: Offer, value: str) -> None:
    if value == LATER or (len(value) <= LONGEST_DIVISION and OPEN_CIVIC_DATA.fullmatch(value)):
        offer.act[DIVISION] = value
    else:
        offer.refuse(DIVISION, _("Choose where you live from the list."))


def _is_for_this_code(offer: Offer, posted: Posted) -> bool:
    found_for = next((str(value) for value in posted.getlist(FOUND_FOR)), "")
    return not found_for or found_for == offer.act.get("postal_code")


def goes_by_postal_code(words: EditionWords) -> bool:
    """Whether who gets a letter is looked up by the postal code of whoever writes."""
    targeting = words.get("targeting")
    return targeting is not None and targeting["by"] == "postal"


def still_to_be_found(words: EditionWords, offer: Offer) -> bool:
    return goes_by_postal_code(words) and DIVISION not in offer.act


def read_way(offer: Offer, words: EditionWords, posted: Posted) -> None:
    """Who carries the letter, where the campaign leaves people a choice. Whatever is not offered is through us."""
    if ways := words.get("ways"):
        wanted = next((str(value) for value in posted.getlist(WAY)), "")
        offer.act[WAY] = wanted if wanted in ways else THROUGH_US
