"""Requirement L7 by property: whatever people answered in whatever order, a mailing list holds who agreed only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import a_campaign, an_edition
from tocsin.actions.exporting.kinds import columns_of, rows_of
from tocsin.actions.exporting.presets import PRESETS
from tocsin.actions.models import Action, Export
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.outbox.models import Suppression
from tocsin.outbox.suppress import suppress
from tocsin.supporters.models import Consent, Supporter

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = ("ticked", "unticked", "yes", "no", "implied, over", "implied, counts", "left", "left all", "back", "back all")
PURPOSES = ("news", "calls")


@dataclass(frozen=True)
class Said:
    """One thing that somebody said of a purpose, on a day."""

    word: str
    purpose: str
    day: int


THINGS = st.builds(Said, st.sampled_from(WORDS), st.sampled_from(PURPOSES), st.integers(0, 5))
PEOPLE = st.lists(st.tuples(st.lists(THINGS, max_size=6), st.booleans()), min_size=1, max_size=4)


def counts(said: list[Said], purpose: str) -> bool:
    """The rule again, in the plainest words: once with all that was said of it before one's eyes."""
    of_it = [one for one in said if one.purpose == purpose or one.word.endswith(" all")]
    left = [one.day for one in of_it if one.word in {"left", "left all"}]
    back = [one.day for one in of_it if one.word in {"back", "back all"}]
    noes = [one.day for one in of_it if one.word == "no"]
    yeses = [one.day for one in of_it if one.word in {"ticked", "yes", "implied, counts", "back"}]
    has_left = any(not any(later > day for later in back) for day in left)
    return not has_left and any(not any(no >= day for no in noes) for day in yeses)


def store(number: int, said: list[Said], *, suppressed: bool) -> str:
    email = f"jane{number}@society.example"
    digest = vault().digest(email)
    sealed = vault().seal({"email": email}, b"supporter:" + digest)
    supporter = Supporter.objects.create(email_digest=digest, sealed=sealed, language="en")
    for one in said:
        _consent(supporter, one)
    if suppressed:
        suppress(email, Suppression.Scope.ALL, Suppression.Reason.BOUNCED)
    return email


def _consent(supporter: Supporter, one: Said) -> None:
    control = {"ticked": "box", "unticked": "box", "yes": "yes_no", "no": "yes_no"}.get(one.word)
    control = control or ("file" if one.word.startswith("implied") else one.word[:4])
    at = BEGIN + timedelta(days=one.day)
    ends = {"implied, over": at + timedelta(days=730), "implied, counts": datetime(2999, 1, 1, tzinfo=UTC)}
    Consent.objects.create(
        supporter=supporter,
        purpose="" if one.word.endswith(" all") else one.purpose,
        control=control,
        yes=one.word in {"ticked", "yes", "implied, over", "implied, counts", "back", "back all"},
        basis="implied" if one.word in ends else "express",
        expires_at=ends.get(one.word),
        given_at=at,
    )


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, preset=st.sampled_from(sorted(PRESETS)), purpose=st.sampled_from(PURPOSES))
def test_a_no_cannot_be_exported_as_a_mailing_list(
    people: list[tuple[list[Said], bool]], preset: str, purpose: str
) -> None:
    for model in (Consent, Supporter, Suppression):
        model.objects.all().delete()
    wanted = set()
    for number, (said, suppressed) in enumerate(people):
        email = store(number, said, suppressed=suppressed)
        if counts(said, purpose) and not suppressed:
            wanted.add(email)
    export = Export(kind=Export.Kind.MAILING, purpose=purpose, preset=preset, format="exact", language="en")
    at = next(at for at, name in enumerate(columns_of(export)) if name.lower().startswith("email"))
    assert {row[at] for some in rows_of(export) for row in some} == wanted


@pytest.mark.django_db
def test_who_left_the_updates_of_one_campaign_is_on_the_lists_of_the_others(
    campaign_open: Campaign, edition_en: Edition
) -> None:
    email = store(1, [Said("yes", "news", 1)], suppressed=False)
    supporter = Supporter.objects.get()
    other = an_edition(a_campaign(slug="other"), "en")
    for edition in (edition_en, other):
        Action.objects.create(
            campaign=edition.campaign,
            edition=edition,
            email_digest=supporter.email_digest,
            sealed=b"x",
            source={},
            signs=[],
            supporter=supporter,
        )
    suppress(email, Suppression.Scope.CAMPAIGN, Suppression.Reason.UNSUBSCRIBED, campaign_ref=campaign_open.pk)

    def people(campaign: Campaign | None) -> int:
        export = Export(kind="mailing", purpose="news", preset=min(PRESETS), format="exact", campaign=campaign)
        return sum(len(some) for some in rows_of(export))

    assert [people(None), people(other.campaign), people(campaign_open)] == [1, 1, 0]
    suppress(email, Suppression.Scope.NEWS, Suppression.Reason.UNSUBSCRIBED)
    assert [people(None), people(other.campaign)] == [0, 0]
