"""Takes tokens from the buckets that a batch of mails passes: locked in one order, counted, written back in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.lib.sql import flat, marks, run, values
from tocsin.outbox.lanes import HURRIED, OpenLane, flow
from tocsin.outbox.models import Bucket, Message
from tocsin.outbox.pace import NO_LIMIT, after_taking, allowed


@dataclass(frozen=True, slots=True)
class Tokens:
    """The buckets of some lanes, for the length of one transaction."""

    lanes: dict[int, OpenLane]
    buckets: dict[int, Bucket]
    now: datetime

    @classmethod
    def of(cls, lanes: Sequence[OpenLane], now: datetime) -> Tokens:
        ids = {one.domain for one in lanes} | {one.target for one in lanes if one.target is not None}
        locked = Bucket.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("key")
        return cls({one.id: one for one in lanes}, {bucket.pk: bucket for bucket in locked}, now)

    def shares(self, lanes: Sequence[OpenLane], most: int, least: int) -> dict[int, int]:
        """How many mails of each lane may be taken, in the order of the lanes: more than `most` together, since most
        lanes hold less than their share."""
        free = {pk: 0 if bucket.paused else allowed(flow(bucket), self.now) for pk, bucket in self.buckets.items()}
        each, found = max(least, most // len(lanes)), {}
        for lane in lanes:
            share = min([each, *(free[pk] for pk in self._asked(lane))])
            if share > 0:
                found[lane.id] = share
                for pk in self._passed(lane):
                    free[pk] -= share
        return found

    def took(self, mails: Mapping[int | None, int]) -> None:
        """Writes down how many of each lane were taken, and that these lanes had their turn."""
        taken: Counter[int] = Counter()
        served = [lane for lane in mails if lane is not None]
        for lane in served:
            for pk in self._passed(self.lanes[lane]):
                taken[pk] += mails[lane]
        # Those that let none by say from when on they do, or their lanes crowd out others at each claim until then.
        taken.update(dict.fromkeys(self._empty() - taken.keys(), 0))
        if served:
            run(
                f"UPDATE outbox_lane SET served_at = %s WHERE id IN ({marks(len(served))})",
                [self.now, *served],
            )
        self._write(taken)

    def troubled(self, message: Message) -> bool:
        """Whether the domain refused something lately."""
        return "x" in self.buckets[self.lanes[message.lane_id or 0].domain].recent

    def _passed(self, lane: OpenLane) -> list[int]:
        return [lane.domain] if lane.target is None else [lane.target, lane.domain]

    def _asked(self, lane: OpenLane) -> list[int]:
        """Whom a person waits for does not wait for the domain's pace."""
        return self._passed(lane) if lane.kind not in HURRIED else [pk for pk in [lane.target] if pk is not None]

    def _empty(self) -> set[int]:
        return {
            pk
            for pk, bucket in self.buckets.items()
            if not bucket.paused and bucket.ready_at <= self.now and allowed(flow(bucket), self.now) == 0
        }

    def _write(self, taken: Mapping[int, int]) -> None:
        rows = []
        for pk, many in taken.items():
            before = flow(self.buckets[pk])
            if allowed(before, self.now) != NO_LIMIT:
                after = after_taking(before, many, self.now)
                rows.append((pk, after.tokens, after.filled_at, after.ready_at))
        if rows:
            run(
                "UPDATE outbox_bucket SET tokens = v.column2, filled_at = v.column3, ready_at = v.column4"
                f" FROM {values(rows)} WHERE outbox_bucket.id = v.column1",
                flat(rows),
            )
