"""The staff's cast: somebody without a role, and two campaigns."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tocsin.campaigns.models import Campaign


@pytest.fixture
def jane(db: None) -> User:
    return User.objects.create_user("jane", "jane@example.org", "x", first_name="Jane", last_name="Doe")


@pytest.fixture
def border(db: None) -> Campaign:
    return Campaign.objects.create(name="Open the border", slug="border")


@pytest.fixture
def forest(db: None) -> Campaign:
    return Campaign.objects.create(name="Keep the forest", slug="forest")


def fresh(user: User) -> User:
    """As the next request meets them."""
    return User.objects.get(pk=user.pk)
