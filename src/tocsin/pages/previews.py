"""What a draft would look like in each of its states: the page, what comes after it, and every mail that would leave.

Its words are compiled and forgotten; nothing is stored and nothing leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from tocsin.actions.contract import read
from tocsin.actions.count import ShownCount, shown_count
from tocsin.actions.fates import LetterFate, Receipt
from tocsin.actions.finding import Finding, Recipient
from tocsin.actions.form import Occasion, ShownForm, show_form
from tocsin.actions.sent import sent_letter
from tocsin.actions.standing import Standing
from tocsin.actions.states import State
from tocsin.campaigns.editions import edition_that_follows
from tocsin.campaigns.models import Campaign, Kind, Targeting
from tocsin.campaigns.targeting.answers import Outcome, Place
from tocsin.campaigns.words import EditionWords
from tocsin.outbox.states import State as MessageState
from tocsin.pages.answers import absolute, page_context, rendered, there
from tocsin.pages.changes import changes_shown
from tocsin.pages.publish import compile_words
from tocsin.pages.sample import draft_edition, sample_act, sample_confirmation, sample_letters, sample_thanks

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

type Shows = Callable[[HttpRequest, ActionPage, EditionWords], HttpResponse]


def preview_modes(page: ActionPage) -> list[tuple[str, Any]]:
    """The states of a page that a campaigner may look at before publishing."""
    campaign = page.campaign or Campaign()
    modes: list[tuple[str, Any]] = [("open", _("The page")), ("errors", _("With errors to mend"))]
    if campaign.targeting == Targeting.POSTAL_CODE:
        modes.append(("several", _("Where a postal code lies in two ridings")))
    modes.append(("thanks", _("After acting")))
    if campaign.confirm_first:
        modes.append(("confirm_mail", _("The mail that asks to confirm")))
    modes.append(("thanks_mail", _("The mail that thanks")))
    if campaign.kind == Kind.LETTER:
        modes.append(("letter", _("The letter as it leaves")))
    return [
        *modes,
        ("receipt", _("The receipt")),
        ("not_yet", _("Before the campaign opens")),
        ("closed", _("When the campaign is closed")),
    ]


def preview(request: HttpRequest, page: ActionPage, mode: str) -> HttpResponse:
    """A draft as the public would see it. A state that there is not is the page itself."""
    words = compile_words(page)
    with translation.override(words["language"]):
        return SHOWN.get(mode, _open)(request, page, words)


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────
def _open(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    return _page(request, page, words, Standing.OPEN, form=show_form(0, words))


def _closed(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    closes_at = there(timezone.now(), page.campaign or Campaign())
    return _page(request, page, words, Standing.CLOSED, closes_at=closes_at)


def _not_yet(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    opens_at = there(timezone.now() + timedelta(days=1), page.campaign or Campaign())
    return _page(request, page, words, Standing.NOT_YET, opens_at=opens_at)


def _page(
    request: HttpRequest, page: ActionPage, words: EditionWords, standing: Standing, *, form: Any = None, **dates: Any
) -> HttpResponse:
    """`dates` stand in for those that the campaign has not got."""
    context = page_context(page, words, form=form, standing=standing, count=_count(page))
    context |= {name: context[name] or date for name, date in dates.items()}
    if page.campaign is not None:
        context["changes"] = changes_shown(page.campaign, words["language"])
    return rendered(request, "pages/action_page.html", words, context)


def _count(page: ActionPage) -> ShownCount:
    campaign = page.campaign
    return shown_count(campaign) if campaign is not None and campaign.pk else ShownCount(0, None, timezone.now(), 1)


class _Mistyped:
    """A form as people really send it: names left out, the address mistyped, the letter as it was."""

    def __init__(self, words: EditionWords) -> None:
        letter = words["letter"]
        self._typed = {"email": "jane.doe@gmial.com", "postal_code": "K1A", "phone": "12"}
        self._typed |= {"subject": letter["subject"], "text": letter["text"]} if letter else {}

    def getlist(self, key: str) -> list[Any]:
        return [self._typed.get(key, "")]


def _errors(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:  # noqa: ARG001
    typed = _Mistyped(words)
    form = show_form(0, words, posted=typed, problems=read(words, typed).problems)
    return rendered(request, "web/mend.html", words, {"form": form})


def _several(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:  # noqa: ARG001
    return rendered(request, "web/find.html", words, {"form": _form_with_several(words)})


def _form_with_several(words: EditionWords) -> ShownForm:
    """The step that finds who gets the letter, for a postal code in two ridings that do not exist."""
    names = (_("The first riding"), _("The second riding"))
    recipients = tuple(Recipient(Place(f"example-{name}", str(name))) for name in names)
    occasion = Occasion(found=Finding(Outcome.SEVERAL, "K1A 0A6", recipients), may_send=True)
    return show_form(0, words, occasion=occasion)


# ── after acting ────────────────────────────────────────────────────────────────────────────────────────────────
def _thanks(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    count = _count(page)
    context = {
        "count": replace(count, count=count.count + 1),
        "page_url": absolute(words["page_path"]),
        "receipt_path": "#",
        "confirm_first": (page.campaign or Campaign()).confirm_first,
        "way": "us",
        "onward": edition_that_follows(words),
        "carried": "as if something had been typed",
    }
    return rendered(request, "web/thanks.html", words, context)


def _receipt(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    """A letter to each target that the page names, taken by its server just now."""
    now = timezone.now()
    letters = [LetterFate(said["name"], MessageState.SENT, now, "250 OK") for said in words["targets"]]
    edition, act = draft_edition(page, words), sample_act(words)
    sent = sent_letter(edition, act, "") if words["letter"] else None
    receipt = Receipt(edition, now, act, letters, State.FOLLOWED, sent=sent)
    return rendered(request, "web/receipt.html", words, {"receipt": receipt})


# ── mails ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _thanks_mail(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    return rendered(request, "pages/preview_mail.html", words, {"mail": sample_thanks(page, words)})


def _confirm_mail(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    return rendered(request, "pages/preview_mail.html", words, {"mail": sample_confirmation(page, words)})


def _letter(request: HttpRequest, page: ActionPage, words: EditionWords) -> HttpResponse:
    letters = sample_letters(page, words) if page.campaign is not None and words["letter"] else []
    return rendered(request, "pages/preview_letters.html", words, {"letters": letters})


SHOWN: dict[str, Shows] = {
    "open": _open,
    "errors": _errors,
    "several": _several,
    "thanks": _thanks,
    "confirm_mail": _confirm_mail,
    "thanks_mail": _thanks_mail,
    "letter": _letter,
    "receipt": _receipt,
    "not_yet": _not_yet,
    "closed": _closed,
}
