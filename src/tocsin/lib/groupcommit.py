"""Group commit: threads that want to write in the same moment share one transaction, and each waits for it.

One commit costs one wait for the disk however many rows it carries. The first thread to come leads: it writes what is
waiting, then hands the lead to the first that came meanwhile, so nobody works for others longer than one batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Overloaded(Exception):
    """Too many are waiting already: better a quick, polite no than a slow failure."""


class _Waiting[T]:
    __slots__ = ("done", "error", "item", "leads")

    def __init__(self, item: T) -> None:
        self.item = item
        self.error: Exception | None = None
        self.leads = False
        self.done = threading.Lock()
        self.done.acquire()


class GroupCommit[T]:
    """`put` returns when the item is durably written by `write`, or raises what went wrong with it.

    `write` takes a list and writes all of it or nothing. Where it fails for a list, each item is tried alone, so that
    one bad item harms nobody else; unless `hopeless(error)` says that no other item could fare better.
    """

    def __init__(
        self,
        write: Callable[[list[T]], None],
        *,
        hopeless: Callable[[Exception], bool] = lambda _error: False,
        most_in_a_batch: int = 64,
        most_waiting: int = 512,
    ) -> None:
        self._write = write
        self._hopeless = hopeless
        self._most_in_a_batch = most_in_a_batch
        self._most_waiting = most_waiting
        self._queue: deque[_Waiting[T]] = deque()
        self._lock = threading.Lock()
        self._led = False

    @property
    def waiting(self) -> int:
        """How many wait for a later batch than the one being written."""
        return len(self._queue)

    def put(self, item: T) -> None:
        mine = _Waiting(item)
        with self._lock:
            if len(self._queue) >= self._most_waiting:
                raise Overloaded
            self._queue.append(mine)
            mine.leads, self._led = not self._led, True
        if not mine.leads:
            mine.done.acquire()
        if mine.leads:
            self._lead()
        if mine.error:
            raise mine.error

    def _lead(self) -> None:
        """Writes one batch, which has the leader's own item at its head, and passes the lead on."""
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._most_in_a_batch))]
        try:
            self._write_all(batch)
        finally:
            self._pass_on()
            for waiting in batch[1:]:
                waiting.done.release()

    def _write_all(self, batch: list[_Waiting[T]]) -> None:
        error = self._tried(batch)
        if error is None:
            return
        alone = len(batch) == 1 or self._hopeless(error)
        for waiting in batch:
            waiting.error = error if alone else self._tried([waiting])

    def _tried(self, batch: list[_Waiting[T]]) -> Exception | None:
        try:
            self._write([waiting.item for waiting in batch])
        except Exception as error:
            return error
        return None

    def _pass_on(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].done.release()
            else:
                self._led = False
