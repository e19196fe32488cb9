"""Settings of a worker in a process of its own: the outbox alone, which starts in half the time."""

from __future__ import annotations

from tocsin.settings import *  # noqa: F403

INSTALLED_APPS = ["tocsin.outbox"]
ROOT_URLCONF = "tests.outbox.worker_settings"
urlpatterns: list[object] = []
