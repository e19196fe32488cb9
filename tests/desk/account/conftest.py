"""Somebody with a password, and how they come in."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django.fixtures import Settings

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def jane(_site: None) -> User:
    user = User.objects.create_user("jane", "jane.doe@example.org", PASSWORD)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def with_app(jane: User) -> Authenticator:
    """Jane's app, and her recovery codes."""
    RecoveryCodes.activate(jane)
    return TOTP.activate(jane, SECRET).instance


@pytest.fixture
def demanded(settings: Settings) -> None:
    settings.TOCSIN_SECOND_FACTOR = "demanded"


def sign_in(client: Client, login: str = "jane", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/desk/login/", {"login": login, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200
