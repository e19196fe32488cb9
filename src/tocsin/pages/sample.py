"""What would leave if somebody acted on a draft now: the letter to each target and our own mails, byte for byte.

A sample person stands in for the supporter. Nothing is stored: a draft's words make an edition that is thrown away.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions import mails
from tocsin.actions.addressees import Addressee, TargetIsGone, named
from tocsin.actions.letters import compose_letters, variant_of
from tocsin.actions.question_contract import ANSWERS, is_asked
from tocsin.campaigns.editions import fingerprint
from tocsin.campaigns.models import Campaign, Edition, ListMember, Target, Targeting
from tocsin.campaigns.offers import subject_offered, text_offered
from tocsin.campaigns.words import EditionWords, QuestionWords
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.mailbox import ReadMail, read_mail
from tocsin.outbox.models import Kind
from tocsin.outbox.post import Outgoing, frozen_message, open_mail
from tocsin.pages.publish import compile_words

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

PERSON = {
    "given_name": "Jane",
    "family_name": "Doe",
    "email": "jane.doe@example.org",
    "city": "Ottawa",
    "province": "ON",
    "postal_code": "K1A 0A6",
    "country": "CA",
    "phone": "613 555-0100",
}
MOST_LETTERS = 8
MOST_MEMBERS = 500


class CannotBeTried(ValueError):
    """No test can be sent, for the reason given as a sentence."""


@dataclass(frozen=True, slots=True)
class SampleLetter:
    """The letter to one target. Without a `mail`, a rule says that they get none, and `excluded` is read instead; or
    no mail can be sent to their address."""

    target: str
    mail: ReadMail | None
    excluded: str = ""


def draft_edition(page: ActionPage, words: EditionWords, *, test_address: str = "") -> Edition:
    """The edition that publishing would make, of a campaign whose letters leave at once. Neither is ever stored."""
    campaign = copy.copy(page.campaign or Campaign())
    campaign.test_address, campaign.letters_held = test_address, False
    edition = Edition(language=words["language"], number=0, words=words, sha256=fingerprint(dict(words)))
    edition.campaign = campaign
    return edition


def sample_act(words: EditionWords, **person: str) -> dict[str, Any]:
    """What the sample person would send: the details that are asked, and the letter as it is offered."""
    known = {**PERSON, **{name: value for name, value in person.items() if value}}
    act: dict[str, Any] = {field["kind"]: known[field["kind"]] for field in words["fields"]}
    act["email"] = known["email"]
    act["consents"] = {one["purpose"]: True for one in words["consents"]}
    if questions := words.get("questions"):
        act[ANSWERS] = _sample_answers(questions, words["language"])
    if letter := words["letter"]:
        with translation.override(words["language"]):
            written = text_offered(letter, 0) or _("(Here stands what the person writes.)")
        act |= {"subject": subject_offered(letter, 0), "text": written, "offer": 0, "own_words": False}
    return act


def _sample_answers(questions: Sequence[QuestionWords], language: str) -> dict[str, str | bool]:
    """To what this person is asked: where they choose the first of a list, some questions are not."""
    answers: dict[str, str | bool] = {}
    for question in questions:
        if is_asked(question, answers):
            answers[question["key"]] = _sample_answer(question, language)
    return answers


def _sample_answer(question: QuestionWords, language: str) -> str | bool:
    if question["control"] == "box":
        return True
    with translation.override(language):
        return next(iter(question["options"]), _("(Here stands what the person writes.)"))


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────
def sample_letters(page: ActionPage, words: EditionWords) -> list[SampleLetter]:
    """A letter to each target, or where they are many to some of them, and to one for each of the other words."""
    edition, act = draft_edition(page, words), sample_act(words)
    return [_sample(edition, act, one) for one in sample_addressees(edition)]


def _sample(edition: Edition, act: Mapping[str, Any], to: Addressee) -> SampleLetter:
    composed = compose_letters(edition, 0, _matched(edition, act, to), [to])
    if composed:
        return SampleLetter(to.name, _if_it_can_leave(composed[0].mail))
    variant = variant_of(edition.words["letter"], to)
    return SampleLetter(to.name, None, variant["excluded"] if variant else "")


def _if_it_can_leave(mail: Outgoing) -> ReadMail | None:
    try:
        return as_it_leaves(mail)
    except CannotBeMailed:
        return None


def _matched(edition: Edition, act: Mapping[str, Any], to: Addressee) -> dict[str, Any]:
    """Whoever gets this letter by an answer has given that answer."""
    return {**act, edition.words["targeting"]["field"]: to.match} if to.match else dict(act)


def sample_addressees(edition: Edition) -> list[Addressee]:
    words, campaign = edition.words, edition.campaign
    if "targeting" not in words:
        rows = Target.objects.select_related("successor").prefetch_related("in_words")
        try:
            return named(words, rows.in_bulk([said["id"] for said in words["targets"]]))[:MOST_LETTERS]
        except TargetIsGone:
            return []
    return _some(edition, list(_members(campaign, words["language"])))


def _members(campaign: Campaign, language: str) -> Iterator[Addressee]:
    members = ListMember.objects.filter(target_list=campaign.target_list_id, target__status=Target.Status.ACTIVE)
    by_answer = campaign.targeting == Targeting.ANSWER
    rows = members.select_related("target").prefetch_related("target__in_words").order_by("target__name", "pk")
    for member in rows[:MOST_MEMBERS]:
        yield Addressee.today(member.target, language, member.match if by_answer else "")


def _some(edition: Edition, members: Sequence[Addressee]) -> list[Addressee]:
    """The first of each of the other words, and the first two of whom the letter is for as it stands."""
    by_words: dict[str, list[Addressee]] = {}
    for one in members:
        by_words.setdefault(str(variant_of(edition.words["letter"], one)), []).append(one)
    return [one for same in by_words.values() for one in same[: 2 if len(by_words) == 1 else 1]][:MOST_LETTERS]


def as_it_leaves(mail: Outgoing) -> ReadMail:
    """A mail's exact bytes, read as a mail program reads them."""
    return read_mail(_frozen(mail).data)


def _frozen(mail: Outgoing) -> FrozenMail:
    return open_mail(frozen_message(mail))


# ── our own mails ───────────────────────────────────────────────────────────────────────────────────────────────
def sample_thanks(page: ActionPage, words: EditionWords) -> ReadMail:
    return as_it_leaves(mails.thanks(draft_edition(page, words), 0, sample_act(words)))


def sample_confirmation(page: ActionPage, words: EditionWords) -> ReadMail:
    return as_it_leaves(mails.request_to_confirm(draft_edition(page, words), 0, sample_act(words), 1))


# ── a test to oneself ───────────────────────────────────────────────────────────────────────────────────────────
def test_mails(page: ActionPage, person: Any) -> list[Outgoing]:
    """The first target's letter and the thanks, as if this person of the staff had acted; to their own address only.

    Raises CannotBeTried.
    """
    if not person.email:
        raise CannotBeTried(_("Your account has no e-mail address. Add it under Account, then try again."))
    words = compile_words(page)
    act = sample_act(words, given_name=person.first_name, family_name=person.last_name, email=person.email)
    edition = draft_edition(page, words, test_address=person.email)
    found = [mails.thanks(edition, 0, act), *_first_letter(edition, act)]
    try:
        return [_as_a_test(mail, words["language"], person.email) for mail in found]
    except CannotBeMailed:
        raise CannotBeTried(_("No mail can be sent to the address of your account. Change it under Account.")) from None


def _first_letter(edition: Edition, act: Mapping[str, Any]) -> list[Outgoing]:
    if edition.words["letter"] is None:
        return []
    for one in sample_addressees(edition):
        if composed := compose_letters(edition, 0, _matched(edition, act, one), [one]):
            return [composed[0].mail]
    raise CannotBeTried(_("This campaign has nobody to write to. Give it a target first, under Campaigns."))


def _as_a_test(mail: Outgoing, language: str, address: str) -> Outgoing:
    """Staff mail: in no campaign's numbers, in no target's lane. The letter says already that it is a test."""
    subject = mail.subject
    if mail.kind != Kind.LETTER:
        with translation.override(language):
            subject = _("[Test] %(subject)s") % {"subject": subject}
    test = replace(mail, key=f"test:{uuid4()}", kind=Kind.STAFF, campaign_ref=None, to_address=address, subject=subject)
    frozen_message(test)
    return test
