"""Words that changed after people had signed them: the question what follows, and its answer.

Whoever publishes (a button, a schedule, a review, a change of a target) leaves the question; it stands open until
somebody at the desk answers it. See docs/decisions/0027-changed-words.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tocsin.campaigns.editions import demand_new_signatures
from tocsin.campaigns.models import Campaign, Edition, EditionNote
from tocsin.campaigns.parts import changed_parts, names_of_changed, signed_parts
from tocsin.lib.differing import shortened

Answer = EditionNote.Answer


def ask_what_follows(*, before: Edition, after: Edition, acted_before: int) -> EditionNote | None:
    """Leaves the question if the words that people sign differ. `acted_before` is how many had signed earlier words.

    While an earlier question is open, that one is asked about all of it; if the words are again as they were, there is
    nothing to ask."""
    for _attempt in range(3):
        open_note = open_notes(after.campaign).filter(language=after.language).select_related("before").first()
        if open_note is not None:
            return _asked_about_more(open_note, after)
        if not names_of_changed(before.words, after.words, signed_only=True):
            return None
        try:
            with transaction.atomic():
                return _asked(before, after, acted_before)
        except IntegrityError:
            if asked := EditionNote.objects.filter(after=after).first():
                return asked
            continue  # somebody else's publishing has asked in the same moment: join that question
    raise RuntimeError(f"Could not ask about edition {after.pk}.")


def _asked(before: Edition, after: Edition, acted_before: int) -> EditionNote:
    return EditionNote.objects.create(
        campaign_id=after.campaign_id, language=after.language, before=before, after=after, acted_before=acted_before
    )


def _asked_about_more(note: EditionNote, after: Edition) -> EditionNote | None:
    mine = EditionNote.objects.filter(pk=note.pk, answer="")
    if signed_parts(note.before.words) == signed_parts(after.words):
        mine.delete()
        return None
    mine.update(after=after, asked_at=Now())
    note.after = after
    return note


def open_notes(campaign: Campaign) -> QuerySet[EditionNote]:
    """The questions about a campaign that nobody has answered: one for each language at most."""
    return EditionNote.objects.filter(campaign=campaign, answer="")


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from changed words, and who says so. `sentences` are by language; `reason` is for staff."""

    answer: str
    by_name: str
    sentences: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@transaction.atomic
def answer_open_notes(*, campaign: Campaign, decision: Decision, asked: Mapping[int, int]) -> int:
    """Answers the open questions of a campaign in the same way; how many. `asked` are those that were read, each with
    the edition that it was about then: what changed since is asked again."""
    notes = open_notes(campaign).filter(pk__in=asked).select_related("before", "after")
    answered = sum(_answer(note, decision, asked[note.pk]) for note in notes)
    if answered and decision.answer == Answer.NEW_SIGNATURES:
        demand_new_signatures(campaign=campaign)
    return answered


def _answer(note: EditionNote, decision: Decision, after: int) -> int:
    kept = decision.answer == Answer.KEPT
    return EditionNote.objects.filter(pk=note.pk, answer="", after=after).update(
        answer=decision.answer,
        sentence="" if kept else decision.sentences.get(note.language, ""),
        reason=decision.reason if kept else "",
        shown=[] if kept else _as_shown(note),
        answered_at=timezone.now(),
        answered_by_name=decision.by_name,
    )


def _as_shown(note: EditionNote) -> list[Any]:
    """Word by word, without what stayed as it was: worked out once, since every reader is shown it."""
    changed = changed_parts(note.before.words, note.after.words, signed_only=True)
    return [[one.part, [[piece.kind, piece.text] for piece in shortened(one.pieces)]] for one in changed]


def public_notes(campaign: Campaign, language: str) -> QuerySet[EditionNote]:
    """What the page says of its own changes, the newest first."""
    return EditionNote.objects.filter(campaign=campaign, language=language).exclude(answer__in=["", Answer.KEPT])


def changed_since(edition: Edition) -> bool:
    """Whether the page says that its words were changed after this edition."""
    return public_notes(edition.campaign, edition.language).filter(after__number__gt=edition.number).exists()
