"""What waits for a second person: shown on the desk's first screen, and told by a mail to those who may decide.

A mail goes out once: when the first line of a campaign begins to wait, and when a script is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db.models import Count, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.users.models import UserProfile

from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.rights import APPROVE_ENTRIES, APPROVE_SCRIPTS, Person, campaigns_with, may
from tocsin.pages.models import Script
from tocsin.pages.script_steps import may_decide
from tocsin.pages.scripts import Standing
from tocsin.staff.holders import holders_of

MOST_SHOWN = 20
LINES_WAIT = _("In the campaign “%(name)s”, lines of the ledger wait: a second person has to decide.")
SCRIPT_WAITS = _("The script “%(name)s” does not run yet: a second person has to decide.")


def waits_for(person: Person) -> dict[str, Any]:
    """For the desk's first screen: by campaign, how many lines somebody may decide on; and which scripts."""
    asked = Script.objects.filter(standing=Standing.ASKED).select_related("page").order_by("pk")
    scripts = asked[:MOST_SHOWN] if may(person, APPROVE_SCRIPTS) else []
    return {
        "lines_waiting": _lines_for(person),
        "scripts_waiting": [script for script in scripts if may_decide(script, person)],
    }


def _lines_for(person: Person) -> QuerySet[Any, Any]:
    mine = campaigns_with(person, APPROVE_ENTRIES)
    waiting = CounterEntry.objects.waiting().filter(campaign__in=mine).exclude(entered_by=person.pk).order_by()
    by_campaign = waiting.values("campaign", "campaign__name").annotate(lines=Count("pk"))
    return by_campaign.order_by("campaign__name", "campaign")[:MOST_SHOWN]


def tell_of_lines(campaign: Campaign, lines: Sequence[CounterEntry], by: Any) -> None:
    """After lines were added, in the same transaction: `add_lines` lets one in after another."""
    added = [line.pk for line in lines if line.needs_approval]
    if added and not campaign.counter_entries.waiting().exclude(pk__in=added).exists():
        people = holders_of(APPROVE_ENTRIES[0], campaign.pk)
        _tell(people, by, LINES_WAIT, campaign.name, reverse("campaign:ledger", args=[campaign.pk]))


def tell_of_script(script: Script, by: Any) -> None:
    people = [person for person in holders_of(APPROVE_SCRIPTS[0]) if may_decide(script, person)]
    _tell(people, by, SCRIPT_WAITS, script.name, reverse("scripts:review", args=[script.pk]))


def _tell(people: Sequence[User] | QuerySet[User], by: Any, sentence: Promise, name: str, where: str) -> None:
    """In the language of each, through the outbox. Who asks stands behind the sign-in, with all else."""
    for person in people:
        if not person.email or person == by:
            continue
        with translation.override(UserProfile.get_for_user(person).get_preferred_language()):
            said = {"sentence": str(sentence) % {"name": name}, "where": settings.WAGTAILADMIN_BASE_URL + where}
            text = render_to_string("desk/mails/second_person/body.txt", said)
            send_mail(gettext("A second person is needed"), text, None, [person.email])
