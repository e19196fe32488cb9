"""A mailing list: only people whose consent to one purpose is current, and to whom anything is sent at all.

There is no other way to a file made for a mail program: every row here comes out of `may_be_written_to`, so a no, a
withdrawal or an expired consent cannot be among them (requirements L7).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tocsin.actions.exporting.batches import batches
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.presets import PRESETS, Agreed
from tocsin.actions.exporting.supporters import open_supporter, reasons_to_send_nothing
from tocsin.actions.lists.wanted import Wanted
from tocsin.actions.models import Action
from tocsin.actions.written_to import left_campaign, may_be_written_to
from tocsin.supporters.current import current_consents, may_be_mailed
from tocsin.supporters.models import Consent, Supporter

READ = ("pk", "email_digest", "sealed", "language")


def mailing_columns(preset: str) -> tuple[str, ...]:
    return PRESETS[preset].columns


def agreed_people(export: Export) -> QuerySet[Supporter]:
    """Of a campaign: those who acted in it. In one language, where the filter says so."""
    return _looked_at(may_be_written_to(export.purpose, export.campaign_id), export)


def left_out(export: Export) -> str:
    """How many of those who were looked at are not in it, and why: for whoever made it."""
    everybody, agreed = _looked_at(Supporter.objects.all(), export), _looked_at(may_be_mailed(export.purpose), export)
    here = agreed_people(export)
    left = agreed.filter(pk__in=left_campaign(export.campaign_id).values("pk")) if export.campaign_id else agreed.none()
    numbers = (everybody.count(), agreed.count(), left.count(), here.count())
    return _said(numbers[0] - numbers[1], numbers[2], numbers[1] - numbers[2] - numbers[3])


def _looked_at(people: QuerySet[Supporter], export: Export) -> QuerySet[Supporter]:
    if export.campaign_id:
        acted = Action.objects.filter(campaign=export.campaign_id, supporter=OuterRef("pk"))
        people = people.filter(Exists(acted))
    language = Wanted.asked_by(export.filters).language
    return people.filter(language=language) if language else people


def _said(disagreed: int, left: int, stopped: int) -> str:
    """Each number with its reason; nothing where nobody is left out."""
    said = (
        (disagreed, _("%(people)d who never agreed to this, or no longer")),
        (left, _("%(people)d who left this campaign")),
        (stopped, _("%(people)d whose address nothing is sent to any more")),
    )
    parts = [words % {"people": people} for people, words in said if people > 0]
    return _("Left out: %(who)s.") % {"who": "; ".join(parts)} if parts else ""


def mailing_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    for some in batches(agreed_people(export).values_list(*READ)):
        yield _rows(some, export)


def _rows(some: list[tuple[Any, ...]], export: Export) -> list[tuple[Any, ...]]:
    """Asked once more what they agreed to, and in the same breath: who left since the batch was read is not in it."""
    consents = _newest_consents([row[0] for row in some], export.purpose)
    stopped = reasons_to_send_nothing([bytes(row[1]) for row in some], export.campaign_id)
    found = []
    for pk, digest, sealed, language in some:
        person = open_supporter(digest, sealed)
        if pk in consents and bytes(digest) not in stopped and person.get("email"):
            agreed = Agreed(pk, language, person, consents[pk], export.purpose)
            found.append(PRESETS[export.preset].row(agreed))
    return found


def _newest_consents(supporters: list[int], purpose: str) -> dict[int, Consent]:
    rows = current_consents(purpose).filter(supporter__in=supporters).select_related("wording")
    return {consent.supporter_id: consent for consent in rows.order_by("given_at", "pk")}
