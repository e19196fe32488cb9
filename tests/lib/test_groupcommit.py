"""Group commit: everybody's item is written once, and nobody pays for another's fault."""

from __future__ import annotations

import threading
import time

import pytest

from tocsin.lib.groupcommit import GroupCommit, Overloaded


def put_all(gate: GroupCommit[int], items: list[int]) -> dict[int, Exception | None]:
    """Every item by a thread of its own, all at once; what each was answered."""
    answers: dict[int, Exception | None] = {}
    start = threading.Barrier(len(items))

    def one(item: int) -> None:
        start.wait()
        try:
            gate.put(item)
            answers[item] = None
        except Exception as error:
            answers[item] = error

    threads = [threading.Thread(target=one, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_it_works() -> None:
    written: list[list[int]] = []
    GroupCommit(written.append).put(1)
    assert written == [[1]]


def test_many_at_once_share_few_commits_and_each_is_written_once() -> None:
    batches: list[list[int]] = []

    def write(batch: list[int]) -> None:
        time.sleep(0.01)
        batches.append(batch)

    answers = put_all(GroupCommit(write), list(range(40)))
    assert sorted(item for batch in batches for item in batch) == list(range(40))
    assert set(answers.values()) == {None}
    assert len(batches) < 20


def test_nobody_is_answered_before_it_is_written() -> None:
    written: set[int] = set()
    too_early: list[int] = []

    def write(batch: list[int]) -> None:
        time.sleep(0.005)
        written.update(batch)

    gate = GroupCommit(write)

    def one(item: int) -> None:
        gate.put(item)
        if item not in written:
            too_early.append(item)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert written == set(range(30))
    assert too_early == []


def test_one_bad_item_harms_nobody_else() -> None:
    written: list[int] = []

    def write(batch: list[int]) -> None:
        time.sleep(0.005)
        if 13 in batch:
            raise ValueError("thirteen")
        written.extend(batch)

    answers = put_all(GroupCommit(write), list(range(20)))
    assert isinstance(answers.pop(13), ValueError)
    assert set(answers.values()) == {None}
    assert sorted(written) == [n for n in range(20) if n != 13]


def test_where_all_is_hopeless_nobody_waits_for_a_second_try() -> None:
    tries: list[int] = []

    def write(batch: list[int]) -> None:
        time.sleep(0.005)
        tries.append(len(batch))
        raise ConnectionError

    answers = put_all(GroupCommit(write, hopeless=lambda error: isinstance(error, ConnectionError)), list(range(20)))
    assert all(isinstance(error, ConnectionError) for error in answers.values())
    assert sum(tries) == 20


def test_too_many_waiting_are_turned_away_at_once() -> None:
    go, started = threading.Event(), threading.Event()

    def write(batch: list[int]) -> None:
        started.set()
        go.wait(10)

    gate = GroupCommit(write, most_waiting=2)
    threads = [threading.Thread(target=gate.put, args=(n,)) for n in range(3)]
    threads[0].start()
    started.wait(10)
    for thread in threads[1:]:
        thread.start()
    while gate.waiting < 2:
        time.sleep(0.001)
    with pytest.raises(Overloaded):
        gate.put(99)
    go.set()
    for thread in threads:
        thread.join(10)


def test_after_an_error_the_gate_still_works() -> None:
    fail = [True]

    def write(batch: list[int]) -> None:
        if fail.pop() if fail else False:
            raise ValueError

    gate = GroupCommit(write)
    with pytest.raises(ValueError):  # noqa: PT011
        gate.put(1)
    gate.put(2)
