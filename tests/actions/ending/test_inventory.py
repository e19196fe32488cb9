"""Every table that holds something of a person is listed, with how it ends: a new one that nobody listed fails here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from tocsin.actions.ending.inventory import OF_NOBODY, OF_PEOPLE

OURS = {model._meta.label: model for model in apps.get_models() if model.__module__.startswith("tocsin.")}
# What columns are called that hold something of a person.
PERSONAL = {"email_digest", "to_digest", "digest", "sealed", "supporter", "sketch"}


def test_every_model_is_in_one_of_the_lists() -> None:
    assert set(OURS) == set(OF_PEOPLE) | OF_NOBODY
    assert not set(OF_PEOPLE) & OF_NOBODY


@pytest.mark.parametrize("label", OURS)
def test_whatever_looks_personal_is_named(label: str) -> None:
    fields = OURS[label]._meta.concrete_fields
    found = {one.name for one in fields if isinstance(one, models.BinaryField) or one.name in PERSONAL}
    named = set(OF_PEOPLE[label].columns) if label in OF_PEOPLE else set()
    assert found <= named
    assert named <= {one.name for one in fields}


def test_each_says_what_it_holds_and_how_it_ends() -> None:
    assert all(holds.what.endswith(".") and holds.ends.endswith(".") for holds in OF_PEOPLE.values())
