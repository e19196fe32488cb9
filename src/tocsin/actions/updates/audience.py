"""Who gets an update: counted before it is let go, then taken some hundreds at once, in the order of their numbers.

Whoever acted may be told what became of it, unless they left; anything wider asks for their consent. Who left is asked
three times: here, by the outbox's list, and once more when a copy is about to leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.actions.updates.models import Update
from tocsin.actions.written_to import sent_nothing
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Kind
from tocsin.outbox.suppress import suppressed_among
from tocsin.supporters.current import about_campaign, current_consents, may_be_mailed, withdrawals
from tocsin.supporters.models import Consent, Supporter

Audience = Update.Audience
ACTED = (Audience.ACTED, Audience.ACTED_AND_AGREED)
# Counted, and with a supporter: the others get theirs within seconds, or wait for staff.
FOLLOWED = (State.SEEKING, State.FOLLOWED)


@dataclass(frozen=True, slots=True)
class InLanguage:
    """How many people get it in one language, and whether there are words for them."""

    language: str
    people: int
    has_words: bool


def count_audience(update: Update) -> list[InLanguage]:
    """By language, the largest first. Whoever left is not among them."""
    return in_languages(update, people_by_language(update))


def people_by_language(update: Update) -> dict[str, int]:
    """Also those in whose language nothing is written. It does not depend on the words."""
    return _count_actions(update) if update.audience in ACTED else _count_supporters(update)


def in_languages(update: Update, people: Mapping[str, int]) -> list[InLanguage]:
    counted = [InLanguage(code, number, has_words(update, code)) for code, number in people.items() if number > 0]
    return sorted(counted, key=lambda one: -one.people)


def people_in(counted: Iterable[InLanguage]) -> int:
    """Those who really get one."""
    return sum(one.people for one in counted if one.has_words)


def has_words(update: Update, language: str) -> bool:
    return bool(update.words.get(language, {}).get("text"))


def actions_of(update: Update) -> QuerySet[Action]:
    """Those who acted: each person once for each campaign. Also those who left, whom the caller leaves out, and those
    who were forgotten, whose supporter is empty. By columns that one index holds: to count them, no row is read."""
    found = Action.objects.filter(campaign=update.campaign_id, state__in=FOLLOWED)
    if update.language:
        found = found.filter(edition__in=_editions(update))
    if update.audience == Audience.ACTED_AND_AGREED:
        agreed = current_consents(update.purpose).filter(supporter=OuterRef("supporter"))
        found = found.filter(Exists(agreed))
    return found


def supporters_of(update: Update) -> QuerySet[Supporter]:
    """Those who agreed, wherever it was."""
    found = may_be_mailed(update.purpose)
    return found.filter(language=update.language) if update.language else found


def who_left(update: Update, people: dict[int, bytes]) -> set[int]:
    """Those of some supporters, with their digests, who get none: they left, or nothing arrives where they are."""
    suppressed = suppressed_among(people.values(), Kind.UPDATE, update.campaign_id)
    left = withdrawals(about_campaign(update.campaign_id)).filter(supporter__in=people)
    return {*left.values_list("supporter", flat=True)} | {
        number for number, digest in people.items() if digest in suppressed
    }


def _editions(update: Update) -> list[int]:
    editions = Edition.objects.filter(campaign=update.campaign_id, language=update.language)
    return list(editions.values_list("pk", flat=True))


def _count_actions(update: Update) -> dict[str, int]:
    """All of them, less those who get none: the latter are few, and each kind is found by an index of its own."""
    languages = dict(Edition.objects.filter(campaign=update.campaign_id).values_list("pk", "language"))
    actions, found = actions_of(update).order_by(), Counter[str]()
    for edition, people in actions.values_list("edition").annotate(people=Count("pk")):
        found[languages[edition]] += people
    suppressed, left = sent_nothing(update.campaign_id).values("digest"), _who_left(update).values("supporter")
    kinds = [Q(email_digest__in=suppressed), Q(supporter__in=left), Q(supporter=None)]
    gone = {pk: edition for kind in kinds for pk, edition in actions.filter(kind).values_list("pk", "edition")}
    found.subtract(languages[edition] for edition in gone.values())
    return dict(found)


def _count_supporters(update: Update) -> dict[str, int]:
    suppressed, left = sent_nothing(update.campaign_id).values("digest"), _who_left(update).values("supporter")
    staying = supporters_of(update).exclude(Q(email_digest__in=suppressed) | Q(pk__in=left)).order_by()
    return dict(staying.values_list("language").annotate(people=Count("pk")))


def _who_left(update: Update) -> QuerySet[Consent]:
    """Who left, as their own rows say."""
    return withdrawals(about_campaign(update.campaign_id))
