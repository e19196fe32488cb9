"""Settings of the tests: keys that open nothing, a folder of their own, no caches that outlive a test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ.update(
    {
        "TOCSIN_DIR": tempfile.mkdtemp(prefix="tocsin-tests-"),
        "TOCSIN_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "TOCSIN_DIGEST_KEY": "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE",
        "TOCSIN_BASE_URL": "http://testserver",
        "TOCSIN_SQLITE_SYNCHRONOUS": "NORMAL",
        "TOCSIN_SECOND_FACTOR": "offered",
        "DATABASE_URL": os.environ.get("TOCSIN_TEST_DATABASE_URL", "")
        if os.environ.get("TOCSIN_TEST_ON") == "postgresql"
        else "",
    }
)

from tocsin.settings import *  # noqa: F403
from tocsin.settings import DATABASES, STATIC_ROOT, STORAGES, TOCSIN_DIR

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "tests.at_once.AtOnce"}}
DATABASES["default"]["CONN_MAX_AGE"] = 0
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: each thread has a connection of its own, as it has in the web server.
    DATABASES["default"]["TEST"] = {"NAME": str(TOCSIN_DIR / "test.sqlite3")}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # nothing is collected for tests; WhiteNoise looks for the folder
atexit.register(shutil.rmtree, TOCSIN_DIR, ignore_errors=True)
