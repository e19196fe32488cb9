"""The queues: one lane for each campaign and receiver, and which of them have something to send just now.

A lane leads past one or two buckets: the target's, where it is a letter to one, and the receiving domain's. Lanes and
buckets are made when the first mail for them is left, and never removed. What is paused or empty of tokens is passed by
without a look at its mails, however many wait there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from tocsin.lib.sql import database_now, lock, marks, run
from tocsin.outbox.models import Bucket, Kind, Lane, Message
from tocsin.outbox.pace import Flow, Pace

# Somebody sits before a screen and waits for these: they pass by the domain's pace, and its bucket owes for them.
HURRIED = (Kind.STAFF, Kind.CONFIRM, Kind.CHOICE)
# What a campaign's pause keeps back. Whoever wrote is thanked all the same.
TO_TARGETS = (Kind.LETTER, Kind.DIGEST)
MOST_LANES = 100
_known: dict[str, int] = {}

# The first column of the index of waiting mails, stepped through from one lane to the next: what it costs depends on
# how many lanes have something waiting, not on how much waits in them.
OPEN_LANES = f"""
WITH RECURSIVE waiting(lane) AS (
  SELECT MIN(lane_id) FROM outbox_message WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT MIN(m.lane_id) FROM outbox_message m WHERE m.due_at IS NOT NULL AND m.lane_id > waiting.lane)
  FROM waiting WHERE waiting.lane IS NOT NULL
)
SELECT l.id, l.campaign_ref, l.kind, l.target_id, l.domain_id
FROM waiting
JOIN outbox_lane l ON l.id = waiting.lane
JOIN outbox_bucket d ON d.id = l.domain_id
LEFT JOIN outbox_bucket t ON t.id = l.target_id
LEFT JOIN outbox_bucket c ON c.key = 'campaign:' || CAST(l.campaign_ref AS text)
  AND l.kind IN ({marks(len(TO_TARGETS))})
WHERE NOT l.paused AND (l.not_before IS NULL OR l.not_before <= %s)
  AND NOT d.paused
  AND (d.ready_at <= %s OR l.kind IN ({marks(len(HURRIED))}) AND (d.slow_until IS NULL OR d.slow_until <= %s))
  AND (t.id IS NULL OR NOT t.paused AND t.ready_at <= %s)
  AND (c.id IS NULL OR NOT c.paused AND c.ready_at <= %s)
  {{of_open_campaigns}}
  AND EXISTS (SELECT 1 FROM outbox_message m WHERE m.lane_id = l.id AND m.due_at <= %s)
ORDER BY l.served_at, l.id
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class OpenLane:
    """A lane with mails that are due, whose buckets let some by."""

    id: int
    campaign_ref: int | None
    kind: str
    target: int | None
    domain: int


def give_lanes(messages: Sequence[Message]) -> None:
    """Puts each mail on its lane; lanes that are not there yet are made."""
    wanted = {_key(message): message for message in messages}
    found = {key: _known[key] for key in wanted if key in _known}
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        read = _read(missing)
        made = _made([wanted[key] for key in missing if key not in read])
        # What this transaction made is known to it alone until it is committed.
        transaction.on_commit(partial(_known.update, read | made))
        found |= read | made
    for message in messages:
        message.lane_id = found[_key(message)]


def adopt_strays(most: int = 500) -> int:
    """Mails that an earlier version of this program left have no lane yet."""
    strays = list(Message.objects.filter(lane=None, due_at__isnull=False).defer("sealed")[:most])
    if strays:
        with transaction.atomic():
            give_lanes(strays)
            Message.objects.bulk_update(strays, ["lane"])
    return len(strays)


def set_pace(target_ref: int, pace: Pace) -> None:
    """The pace of a target, from the next mail on."""
    set_pace_of(target_key(target_ref), pace)


def set_pace_of(key: str, pace: Pace) -> None:
    """The pace of a bucket, which is made if it is not there yet."""
    now = {"per_hour_by_day": pace.per_hour_by_day, "per_hour_by_night": pace.per_hour_by_night}
    bucket, made = Bucket.objects.get_or_create(key=key, defaults={**now, "time_zone": pace.time_zone})
    if not made:
        # The moment that the old pace chose could be tomorrow's.
        fields = {**now, "time_zone": pace.time_zone, "ready_at": bucket.filled_at}
        Bucket.objects.filter(pk=bucket.pk).update(**fields)


def open_lanes(now: datetime, shut_campaigns: frozenset[int]) -> list[OpenLane]:
    """The lanes to serve next, fairly: campaigns in turn, and in each of them whoever was not served for longest."""
    # Asked of the database: of the lanes that it returns, none may be one that stays shut, or those crowd out the rest.
    stay, of_open_campaigns = sorted(shut_campaigns), ""
    if stay:
        to_targets = f"l.kind IN ({marks(len(TO_TARGETS))})"
        of_open_campaigns = (
            f"AND (l.campaign_ref IS NULL OR NOT ({to_targets} AND l.campaign_ref IN ({marks(len(stay))})))"
        )
    statement = OPEN_LANES.format(of_open_campaigns=of_open_campaigns)
    letters = [*TO_TARGETS, *stay] if stay else []
    rows = run(statement, [*TO_TARGETS, now, now, *HURRIED, now, now, now, *letters, now])
    return in_turn([OpenLane(*row) for row in rows], lambda one: one.campaign_ref, MOST_LANES)


def in_turn[T](things: Iterable[T], whose: Callable[[T], object], most: int) -> list[T]:
    """One of each, then the next of each: nobody waits because somebody else has many."""
    queues: dict[object, list[T]] = {}
    for one in things:
        queues.setdefault(whose(one), []).append(one)
    rounds = max((len(queue) for queue in queues.values()), default=0)
    turns = (queue[number] for number in range(rounds) for queue in queues.values() if number < len(queue))
    return list(islice(turns, most))


def shut(now: datetime) -> frozenset[int]:
    """The campaigns whose letters stay: paused, or to begin later. Each that ever was has a row of its own."""
    rows = Bucket.objects.filter(Q(paused=True) | Q(ready_at__gt=now), key__startswith="campaign:")
    return frozenset(int(key.partition(":")[2]) for key in rows.values_list("key", flat=True))


def closed_lanes(lanes: Iterable[int | None], shut_campaigns: frozenset[int]) -> set[int]:
    """Those that were closed since mails were taken from them: what is not begun stays."""
    of_shut = Q(kind__in=TO_TARGETS, campaign_ref__in=shut_campaigns | shut(database_now()))
    paused = Q(paused=True) | Q(domain__paused=True) | Q(target__paused=True) | Q(not_before__gt=Now())
    return set(Lane.objects.filter(paused | of_shut, pk__in=[one for one in lanes if one]).values_list("pk", flat=True))


def locked_lanes(lanes: Sequence[OpenLane]) -> None:
    """Other workers wait for these lanes, and for each other in the same order. Leaving mails there goes on."""
    run(
        f"SELECT id FROM outbox_lane WHERE id IN ({marks(len(lanes))}) ORDER BY id {lock('FOR NO KEY UPDATE')}",
        [one.id for one in lanes],
    )


def flow(bucket: Bucket) -> Flow:
    """A domain without a pace of its own has that of the settings."""
    by_day, by_night = bucket.per_hour_by_day, bucket.per_hour_by_night
    if bucket.key.startswith("domain:") and by_day is None:
        by_day = by_night = settings.TOCSIN_DOMAIN_PER_MINUTE * 60 or None
    return Flow(by_day, by_night, bucket.time_zone, bucket.tokens, bucket.filled_at, bucket.ready_at, bucket.slow_until)


def target_key(target_ref: int) -> str:
    return f"target:{target_ref}"


def domain_key(domain: str) -> str:
    return f"domain:{domain}"


def campaign_key(campaign_ref: int) -> str:
    return f"campaign:{campaign_ref}"


def pair_key(campaign_ref: int, target_ref: int) -> str:
    """What staff said of a campaign's letters to one target is kept in a row of its own, also before there is any."""
    return f"pair:{campaign_ref}:{target_ref}"


def forget() -> None:
    """For tests, whose rows do not stay."""
    _known.clear()


def _key(message: Message) -> str:
    key = f"{message.kind}:{message.campaign_ref or ''}:{message.target_ref or ''}:{message.domain}"
    return f"{key}:{message.pace_key}" if message.pace_key else key


def _paced_by(message: Message) -> str:
    """The bucket it passes besides its domain's, if any: its target's, or that of the update it is a copy of."""
    return message.pace_key if message.target_ref is None else target_key(message.target_ref)


def _read(keys: Sequence[str]) -> dict[str, int]:
    return dict(Lane.objects.filter(key__in=keys).values_list("key", "pk"))


def _made(messages: Sequence[Message]) -> dict[str, int]:
    """Makes lanes and what they lead past. Whoever makes the same at the same time does it in the same order."""
    if not messages:
        return {}
    buckets = _buckets(messages)
    Lane.objects.bulk_create((_lane(message, buckets) for message in messages), ignore_conflicts=True)
    pairs = {
        pair_key(message.campaign_ref or 0, message.target_ref): (message.campaign_ref, message.target_ref)
        for message in messages
        if message.target_ref is not None
    }
    _obey(pairs)
    # Staff who pause a pair in this very moment do not see its new lane yet.
    transaction.on_commit(partial(_obey, pairs))
    return _read([_key(message) for message in messages])


def _buckets(messages: Sequence[Message]) -> dict[str, Bucket]:
    wanted = {domain_key(message.domain): Bucket(key=domain_key(message.domain)) for message in messages}
    for message in messages:
        if key := _paced_by(message):
            pace = message.pace or Pace(None, None, "UTC")
            wanted[key] = Bucket(
                key=key,
                per_hour_by_day=pace.per_hour_by_day,
                per_hour_by_night=pace.per_hour_by_night,
                time_zone=pace.time_zone,
            )
    Bucket.objects.bulk_create([wanted[key] for key in sorted(wanted)], ignore_conflicts=True)
    return {bucket.key: bucket for bucket in Bucket.objects.filter(key__in=wanted)}


def _lane(message: Message, buckets: dict[str, Bucket]) -> Lane:
    return Lane(
        key=_key(message),
        campaign_ref=message.campaign_ref,
        target_ref=message.target_ref,
        kind=message.kind,
        target=buckets.get(_paced_by(message)),
        domain=buckets[domain_key(message.domain)],
    )


def _obey(pairs: Mapping[str, tuple[int | None, int | None]]) -> None:
    """What was said of a campaign's letters to a target holds for a lane that is new: it is their first, or the
    target's address moved to another domain."""
    for order in Bucket.objects.filter(Q(paused=True) | Q(ready_at__gt=Now()), key__in=pairs):
        campaign_ref, target_ref = pairs[order.key]
        lanes = Lane.objects.filter(campaign_ref=campaign_ref, target_ref=target_ref)
        lanes.update(paused=order.paused, not_before=order.ready_at)
