"""Finds a person's letters by what they may hold in hand: a reference, a Message-ID, or their own e-mail address."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from tocsin.actions.lists.find import actions_by_digest
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign
from tocsin.desk.letter_list import for_a_list
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.vault import vault

MOST_FOUND = 50
REFERENCE = re.compile(r"(\d{1,12})-(\d{1,12})")
REF = re.compile(r"[a-z2-7]{26}")


def is_an_address(text: str) -> bool:
    """Whether it is a person's address rather than a Message-ID, whose part before the @ is a reference of ours."""
    name, at, _domain = text.strip().strip("<>").partition("@")
    return bool(at) and not REF.fullmatch(name.lower())


def letters_by_reference(text: str, among: QuerySet[Campaign]) -> list[Letter]:
    """By “12-345”, by the 26 letters of a mail's reference, or by its Message-ID, also where that mail is a digest with
    many letters; in any of these campaigns."""
    text = text.strip().strip("<>").partition("@")[0].lower()
    if found := REFERENCE.fullmatch(text):
        return _newest(Q(action_id=int(found[2]), action__campaign_id=int(found[1])), among)
    if not text:
        return []
    return _newest(Q(message__ref=text), among) or _newest(Q(message__carrier__ref=text), among)


def letters_by_address(text: str, among: QuerySet[Campaign]) -> list[Letter]:
    """By the exact address of whoever wrote: its digest is compared, and nothing is opened."""
    try:
        address = read_address(text)
    except NotAnAddress:
        return []
    acted = actions_by_digest(vault().digest(address.canonical)).values_list("pk", flat=True)
    return _newest(Q(action__in=list(acted)), among)


def _newest(which: Q, among: QuerySet[Campaign]) -> list[Letter]:
    letters = Letter.objects.filter(which, action__campaign__in=among.order_by())
    return list(for_a_list(letters).order_by("-message_id")[:MOST_FOUND])
