"""Judges one posted form and accepts it: is the edition open, is the form whole, is it stored. In that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError

from tocsin.actions.contract import read
from tocsin.actions.reading import Offer, Posted
from tocsin.actions.receipts import thanks_key
from tocsin.actions.standing import Standing, standing
from tocsin.actions.take import TryLater, let_go_of_the_connection, take
from tocsin.actions.way_contract import THROUGH_US, WAY, still_to_be_found
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Edition

NO_FILES: Mapping[str, object] = {}
LARGEST_ID = 2**31 - 1
# In an act: how it came to us.
METHOD = "method"


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is stored, or was before; nobody can tell which. `key` opens the thank-you page; `way` is who carries it."""

    key: str
    way: str = THROUGH_US
    # What was typed, where the edition leads on to another action; nothing of it is read from what is stored.
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotOpen:
    """The edition may not be signed now."""

    edition: Edition
    standing: Standing


@dataclass(frozen=True, slots=True)
class ToMend:
    """The form has problems; nothing was stored."""

    edition: Edition
    offer: Offer


@dataclass(frozen=True, slots=True)
class ToFind:
    """The form is whole, but who gets the letter is still to be found, by the postal code; nothing was stored."""

    edition: Edition


def accept(  # noqa: PLR0913  (all that is known of one form)
    edition: Edition,
    posted: Posted,
    *,
    source: dict[str, str],
    from_us: bool | None,
    files: Mapping[str, object] = NO_FILES,
    method: str = "",
) -> Accepted | NotOpen | ToMend | ToFind:
    """What became of one posted form. `from_us` is None where the browser did not say where the form was; `method` is
    how it came (supporters.models.Consent.Method), where it was not by a page of ours.

    Raises TryLater if it could not be stored now.
    """
    if (now := _standing(edition.pk)) is not Standing.OPEN:
        return NotOpen(edition, now)
    offer = read(edition.words, posted, files)
    if offer.problems or offer.email is None:
        return ToMend(edition, offer)
    if still_to_be_found(edition.words, offer):
        return ToFind(edition)
    if method:
        offer.act |= {METHOD: method, "consents": _answered(offer, posted)}
    signs = [*offer.signs, "no_origin"] if from_us is None else offer.signs
    digest = take(edition=edition, email=offer.email, act=offer.act, source=source, signs=signs)
    way = str(offer.act.get(WAY, THROUGH_US))
    return Accepted(thanks_key(edition.pk, digest), way, offer.act if "follows" in edition.words else {})


def _answered(offer: Offer, posted: Posted) -> dict[str, bool | None]:
    """On a page of ours an empty box was seen and left so. What another program does not mention, nobody was asked."""
    consents: dict[str, bool | None] = offer.act["consents"]
    return {purpose: yes if posted.getlist(f"consent_{purpose}") else None for purpose, yes in consents.items()}


def edition_named(edition_id: int) -> Edition | None:
    """The edition that a form names, or None if there is none. Raises TryLater if the database is away."""
    if edition_id > LARGEST_ID:
        return None
    try:
        return frozen(edition_id)
    except Edition.DoesNotExist:
        return None
    except (OperationalError, InterfaceError) as error:
        let_go_of_the_connection()
        raise TryLater from error


def _standing(edition_id: int) -> Standing:
    try:
        return standing(edition_id)
    except (OperationalError, InterfaceError) as error:
        let_go_of_the_connection()
        raise TryLater from error
