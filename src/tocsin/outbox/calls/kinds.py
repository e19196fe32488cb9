"""What other software can be told of: one closed list. Words are only ever added, never renamed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.states import State


class EventKind(models.TextChoices):
    ACTION_COUNTED = "action.counted", _("An action counts")
    ACTION_INVALIDATED = "action.invalidated", _("An action counts no longer")
    LETTER_SENT = "letter.sent", _("A letter was taken by the target's server, or handed in")
    LETTER_UNCERTAIN = "letter.uncertain", _("A letter may have been taken: nobody knows")
    LETTER_REFUSED = "letter.refused", _("A letter was refused")
    LETTER_BOUNCED = "letter.bounced", _("A letter came back")
    LETTER_REPLIED = "letter.replied", _("A letter was answered")
    LETTER_CANCELLED = "letter.cancelled", _("A letter was stopped")
    CONSENT_GIVEN = "consent.given", _("A question about consent was answered, with yes or no")
    CONSENT_WITHDRAWN = "consent.withdrawn", _("A consent was withdrawn")
    SUPPORTER_ERASED = "supporter.erased", _("A person asked to be forgotten, and was")
    EDITION_PUBLISHED = "edition.published", _("New words of a page were published")
    TEST = "endpoint.test", _("A test from the desk")


# What an endpoint may ask for. A test comes to whoever is tested, whatever it asks for.
CHOOSABLE = [kind for kind in EventKind if kind != EventKind.TEST]

# The fates of a letter that are told.
OF_LETTERS: dict[str, EventKind] = {
    State.SENT: EventKind.LETTER_SENT,
    State.UNCERTAIN: EventKind.LETTER_UNCERTAIN,
    State.REFUSED: EventKind.LETTER_REFUSED,
    State.BOUNCED: EventKind.LETTER_BOUNCED,
    State.REPLIED: EventKind.LETTER_REPLIED,
    State.CANCELLED: EventKind.LETTER_CANCELLED,
}
