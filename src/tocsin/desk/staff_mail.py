"""Mails to those of the staff whom something concerns: through the outbox, each in their own language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from wagtail.users.models import UserProfile


def tell(people: Iterable[User], subject: Promise, template: str, said: Callable[[], Mapping[str, Any]]) -> None:
    """Whoever has an address. `said` is asked for what the template takes once for each, with their language active."""
    for person in people:
        if person.email:
            with translation.override(UserProfile.get_for_user(person).get_preferred_language()):
                text = render_to_string(f"desk/mails/{template}/body.txt", dict(said()))
                send_mail(str(subject), text, None, [person.email])
