"""Settings of the tests: keys that open nothing, a folder of their own, no caches that outlive a test."""

from __future__ import annotations

import os
import tempfile

os.environ.update(
    {
        "TOCSIN_DIR": tempfile.mkdtemp(prefix="tocsin-tests-"),
        "TOCSIN_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "TOCSIN_DIGEST_KEY": "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE",
        "TOCSIN_BASE_URL": "http://testserver",
        "DATABASE_URL": os.environ.get("TOCSIN_TEST_DATABASE_URL", "")
        if os.environ.get("TOCSIN_TEST_ON") == "postgresql"
        else "",
    }
)

from tocsin.settings import *  # noqa: F403
from tocsin.settings import DATABASES, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
DATABASES["default"]["CONN_MAX_AGE"] = 0
