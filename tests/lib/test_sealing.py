"""Sealed values open with the right key and context only, and outlive a change of keys."""

from __future__ import annotations

import os

import pytest

from tocsin.lib.sealing import CannotOpen, KeyRing, new_key, parse_key

OLD, NEW, DIGEST = (os.urandom(32) for _ in range(3))


def ring(*masters: bytes) -> KeyRing:
    return KeyRing(list(masters), DIGEST)


def test_it_works() -> None:
    sealed = ring(OLD).seal({"name": "Zoé O’Brien-Ñandú"}, b"action:1")
    assert ring(OLD).open(sealed, b"action:1") == {"name": "Zoé O’Brien-Ñandú"}


def test_what_was_sealed_cannot_be_read() -> None:
    assert b"Jane" not in ring(OLD).seal({"name": "Jane"}, b"")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = ring(OLD).seal("x", b"action:1")
    with pytest.raises(CannotOpen):
        ring(OLD).open(sealed, b"action:2")


def test_an_altered_value_does_not_open() -> None:
    sealed = bytearray(ring(OLD).seal("x", b""))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        ring(OLD).open(bytes(sealed), b"")


def test_after_a_change_of_keys_the_old_values_still_open() -> None:
    sealed = ring(OLD).seal("x", b"")
    assert ring(NEW, OLD).open(sealed, b"") == "x"
    assert ring(NEW).open(ring(NEW, OLD).seal("x", b""), b"") == "x"


def test_without_the_old_key_they_do_not() -> None:
    with pytest.raises(CannotOpen):
        ring(NEW).open(ring(OLD).seal("x", b""), b"")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x02" + b"x" * 40, os.urandom(60)])
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(CannotOpen):
        ring(OLD).open(rubbish, b"")


def test_the_same_address_has_the_same_digest_whatever_the_sealing_key() -> None:
    assert ring(OLD).digest("a@example.ca") == ring(NEW).digest("a@example.ca")
    assert KeyRing([OLD], OLD).digest("a@example.ca") != ring(OLD).digest("a@example.ca")


def test_a_token_is_the_same_word_for_the_same_content() -> None:
    assert ring(OLD).token("thanks", b"12") == ring(OLD).token("thanks", b"12")
    assert ring(OLD).read_token("thanks", ring(OLD).token("thanks", b"12")) == b"12"


def test_a_token_opens_nothing_else() -> None:
    token = ring(OLD).token("thanks", b"12")
    assert ring(OLD).read_token("receipt", token) is None
    assert ring(NEW).read_token("thanks", token) is None
    assert ring(NEW, OLD).read_token("thanks", token) == b"12"


@pytest.mark.parametrize("rubbish", ["", "a", "é", "../..", "A" * 400, "AAAA\n"])
def test_rubbish_is_no_token(rubbish: str) -> None:
    assert ring(OLD).read_token("thanks", rubbish) is None


def test_a_key_made_here_is_a_key() -> None:
    assert len(parse_key(new_key())) == 32


@pytest.mark.parametrize("text", ["", "short", "not base64 é", "A" * 44])
def test_what_is_no_key_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match="tocsin keys"):
        parse_key(text)
