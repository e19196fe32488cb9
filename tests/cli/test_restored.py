"""After a restore: whoever was being sought or asked when the backup was made is left to staff."""

from __future__ import annotations

import pytest

from tests.cast import a_campaign, an_edition
from tocsin.actions.confirm import confirm
from tocsin.actions.count import shown_count
from tocsin.actions.models import Action, Update
from tocsin.actions.states import State
from tocsin.restored import put_all_right

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (State.SEEKING, State.STUCK),
        (State.UNCONFIRMED, State.HELD),
        (State.FOLLOWED, State.FOLLOWED),
        (State.BLOCKED, State.BLOCKED),
    ],
)
def test_what_may_have_gone_on_since_is_not_gone_on_with(was: State, now: State) -> None:
    edition = an_edition(a_campaign())
    Action.objects.create(
        campaign=edition.campaign, edition=edition, email_digest=b"1", sealed=b"", source={}, signs=[], state=was
    )
    put_all_right([])
    action = Action.objects.get()
    assert (action.state, action.reason) == (now, "restored" if was != now else "")


def test_an_update_that_was_on_its_way_is_paused() -> None:
    """Its copies since the backup were new messages, which nobody remembers."""
    update = Update.objects.create(campaign=a_campaign(), words={}, written_by_name="Jane Doe", state="sending")
    put_all_right([])
    update.refresh_from_db()
    assert update.state == "paused"


def test_who_had_confirmed_is_counted() -> None:
    edition = an_edition(a_campaign())
    action = Action.objects.create(
        campaign=edition.campaign,
        edition=edition,
        email_digest=b"1",
        sealed=b"",
        source={},
        signs=[],
        state="unconfirmed",
    )
    assert confirm(action.pk)
    put_all_right([])
    assert shown_count(edition.campaign).count == 1
