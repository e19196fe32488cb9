"""Scripts in their named states, with the two people it takes. Imported by any test."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from tocsin.pages.models import ActionPage, Script
from tocsin.pages.script_steps import Who, approve, ask_for_approval, switch_on, write_script


def somebody(name: str) -> Who:
    """A person of the staff without any right."""
    user = get_user_model().objects.filter(username=name).first()
    return Who(user or get_user_model().objects.create_user(name, f"{name}@example.org", "a long password"), name)


def a_draft(page: ActionPage, **changes: Any) -> Script:
    fields = {"name": "Counts", "code": "<script>count()</script>", "consent_class": "needed", **changes}
    return write_script(Script(page=page, **fields), somebody("writer"))


def an_asked(page: ActionPage, **changes: Any) -> Script:
    script = a_draft(page, **changes)
    assert ask_for_approval(script, somebody("writer"))
    return script


def an_approved(page: ActionPage, **changes: Any) -> Script:
    script = an_asked(page, **changes)
    assert approve(script, somebody("approver"))
    return script


def one_that_runs(page: ActionPage, **changes: Any) -> Script:
    script = an_approved(page, **changes)
    assert switch_on(script, somebody("writer"))
    return script
