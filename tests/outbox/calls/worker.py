"""A worker's line of calls in a process of its own, so that it can be killed: does what its arguments say."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from tests.outbox.calls.conftest import an_endpoint, call_everybody, happen, make_due  # noqa: E402
from tocsin.lib.outward import read_allowed  # noqa: E402
from tocsin.outbox.models import Call  # noqa: E402

settings.TOCSIN_WEBHOOKS_ALLOWED = read_allowed(["127.0.0.1"])


def prepare() -> None:
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("outbox").get_models():
            editor.create_model(model)
    an_endpoint(os.environ["TEST_RECEIVER"])
    happen(1)


def report() -> None:
    rows: Any = Call.objects.values("ref", "attempts", "status")
    print(json.dumps(list(rows)))  # noqa: T201


STEPS = {"prepare": prepare, "call": call_everybody, "later": make_due, "report": report}
for step in sys.argv[1:]:
    STEPS[step]()
