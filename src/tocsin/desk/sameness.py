"""Sameness in a campaigner's words: what the numbers mean, and what to do about them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tocsin.actions.sameness import Sameness
from tocsin.desk.pictures import Segment, segments

MOST_ARE_THE_SAME = 7
MANY_ARE_THE_SAME = 4
MOST_CHANGED_THEM = 51


def advice(found: Sameness) -> str:
    """One or two sentences: how it stands, and what to do."""
    tenths = found.tenths_the_same
    if tenths < MANY_ARE_THE_SAME:
        return _not_many_are_the_same(found)
    if tenths == 10:
        said = _("All these letters are the same, or nearly.")
    else:
        said = _("%(tenths)s in ten letters are the same, or nearly.") % {"tenths": _TENTHS[tenths]()}
    if tenths >= MOST_ARE_THE_SAME:
        todo = _("Offices set such mail aside: ask people a question of their own, or offer several openings.")
        return f"{said} {todo}"
    todo = _("Offices notice: a question such as “Why does this matter to you?” makes letters differ.")
    return f"{said} {todo}"


def _not_many_are_the_same(found: Sameness) -> str:
    """Letters also differ where several openings or wordings are offered, and nobody changed a word of them."""
    if found.percent_changed >= MOST_CHANGED_THEM:
        return _(
            "Most people say it in words of their own. That is what offices read: keep asking them why it matters."
        )
    return _(
        "Not many letters are the same, but most people send the words that they were offered. A question such as “Why "
        "does this matter to you?” brings words of their own, which is what offices read."
    )


def picture(found: Sameness) -> list[Segment]:
    """Changed by their writers, and left as they were offered."""
    return segments([("replied", found.changed), ("waiting", found.letters - found.changed)])


_TENTHS = {
    4: lambda: _("Four"),
    5: lambda: _("Five"),
    6: lambda: _("Six"),
    7: lambda: _("Seven"),
    8: lambda: _("Eight"),
    9: lambda: _("Nine"),
}
