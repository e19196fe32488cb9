"""What became of a letter, in words for the person who wrote it. Keys are the outbox's states, which live upstairs."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True, slots=True)
class FateWords:
    """`said` is the fate in one sentence, `next` what follows from it. `mood`: done, wait or trouble."""

    said: str | Promise
    next: str | Promise
    mood: str


FATES: dict[str, FateWords] = {
    "held": FateWords(
        _("Your letter is kept back for now."),
        _("We look at it before it leaves. You need not do anything."),
        "wait",
    ),
    "waiting": FateWords(
        _("Your letter is about to leave."),
        _("Letters leave one after another, and yours has its place among them."),
        "wait",
    ),
    "sending": FateWords(
        _("Your letter is leaving at this moment."), _("Look again in a minute to see that it was taken."), "wait"
    ),
    "sent": FateWords(
        _("Delivered: their mail server took your letter."),
        _("What happens behind that server we cannot see. An answer may take weeks."),
        "done",
    ),
    "uncertain": FateWords(
        _("We do not know whether your letter arrived."),
        _("The connection broke while it was handed over. Lest it arrive twice, one of us looks at it first."),
        "trouble",
    ),
    "deferred": FateWords(
        _("Their mail server asked us to come back later."), _("We try again until it takes it."), "wait"
    ),
    "refused": FateWords(
        _("Their mail server did not take your letter."),
        _("Nothing was wrong on your side. We have been told and look for a way."),
        "trouble",
    ),
    "bounced": FateWords(
        _("Your letter came back to us."),
        _("Nothing was wrong on your side. We have been told and look for a way."),
        "trouble",
    ),
    "cancelled": FateWords(
        _("We stopped your letter, and it was not sent."),
        _("If you want to know why, ask us: our address is below."),
        "trouble",
    ),
    "replied": FateWords(
        _("There is an answer to your letter."),
        _("If the answer did not come to you directly, ask us about it."),
        "done",
    ),
}
# In place of the words of a letter that waits, where something keeps it.
KEPT: dict[str, FateWords] = {
    "paused": FateWords(
        _("Your letter waits: we have paused letters for now."),
        _("It is kept safe, and leaves once letters go on. You need not do anything."),
        "wait",
    ),
    "later": FateWords(_("Your letter waits for its day."), _("You need not do anything."), "wait"),
}
UNKNOWN = FateWords(_("Your letter is with us."), _("Look again later."), "wait")


@register.filter
def fate(state: str) -> FateWords:
    """The words for a letter in this state, or for what keeps it."""
    return FATES.get(state) or KEPT.get(state, UNKNOWN)
