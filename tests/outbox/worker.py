"""A worker in a process of its own, so that it can be killed: does what its arguments say, and prints the outcome."""

from __future__ import annotations

import json
import sys
from collections import Counter

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402

from tests.outbox.batch import deliver_batch  # noqa: E402
from tests.outbox.conftest import a_letter, let_leases_run_out  # noqa: E402
from tocsin.outbox.models import Delivery, Message  # noqa: E402
from tocsin.outbox.post import leave  # noqa: E402


def prepare(letters: str) -> None:
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("outbox").get_models():
            editor.create_model(model)
    leave(a_letter(number) for number in range(int(letters)))


def deliver(most: str) -> None:
    while deliver_batch(int(most)):
        pass


def hour_later(_nothing: str) -> None:
    let_leases_run_out()


def report(_nothing: str) -> None:
    states = Counter(Message.objects.values_list("state", flat=True))
    outcomes = list(Delivery.objects.order_by("pk").values_list("outcome", flat=True))
    print(json.dumps({"states": states, "outcomes": outcomes}))  # noqa: T201


STEPS = {"prepare": prepare, "deliver": deliver, "hour-later": hour_later, "report": report}
for step in sys.argv[1:]:
    name, _colon, number = step.partition(":")
    STEPS[name](number)
