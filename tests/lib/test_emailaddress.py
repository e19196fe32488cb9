"""E-mail addresses as people type them (requirements B17–B31)."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from tocsin.lib.emailaddress import LONGEST, PLAIN, NeedsAscii, NotAnAddress, ReachesNobody, read_address


@pytest.mark.parametrize(
    "text",
    [
        "a@b", "a@localhost", "a@[127.0.0.1]", "x" * 65 + "@b.ca", "a@" + "b" * 250 + ".ca", "a@b.ca\r\nBcc: x@y.ca",
        "a b@c.ca", "@b.ca", "a@", "a@b@c.ca", "a..b@c.ca", ".a@c.ca", "a.@c.ca", "a@-b.ca", "a@b-.ca", "a@b..ca",
        "a@b.ca\0", "", "a@b.ca>", "a@b.123",
    ],
)  # fmt: skip
def test_what_mail_cannot_be_sent_to(text: str) -> None:
    with pytest.raises(NotAnAddress):
        read_address(text)


def test_letters_with_accents_before_the_at_have_their_own_reason() -> None:
    with pytest.raises(NeedsAscii):
        read_address("é@b.ca")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a@example.ca", "a@example.ca"),
        ("-rf@b.ca", "-rf@b.ca"),
        ("A.B@Example.CA", "A.B@example.ca"),
        ("a@éx.ca", "a@xn--x-9fa.ca"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("a@b.museum", "a@b.museum"),
    ],
)
def test_what_mail_can_be_sent_to(text: str, spelled: str) -> None:
    assert read_address(text).spelled == spelled


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  A@Example.CA ", "a@example.ca"),
        ("a+1@example.ca", "a+50@example.ca"),
        ("j.doe@gmail.com", "jdoe@googlemail.com"),
        ("J.Doe+x@gmail.com", "jdoe@gmail.com"),
    ],
)
def test_one_mailbox_is_one_person(one: str, other: str) -> None:
    assert read_address(one).canonical == read_address(other).canonical


@pytest.mark.parametrize(("one", "other"), [("j.doe@example.ca", "jdoe@example.ca"), ("a@b.ca", "a@c.ca")])
def test_two_mailboxes_are_two_people(one: str, other: str) -> None:
    assert read_address(one).canonical != read_address(other).canonical


def test_a_likely_typing_error_is_mended_on_request() -> None:
    assert read_address("jane@gmial.com").probably_meant == "jane@gmail.com"
    assert read_address("jane@example.org").probably_meant is None


def test_a_domain_kept_for_examples_reaches_nobody_and_a_real_one_does() -> None:
    for text in ("nom@domaine.test", "jane@localhost", "jane@a.invalid"):
        with pytest.raises(ReachesNobody):
            read_address(text)
    assert read_address("jane@mail.example.com").reaches_nobody
    assert not read_address("jane@email.com").reaches_nobody
    assert read_address("jane@email.com").looks_like_placeholder


WORD = st.text("abcXYZ019_-", min_size=1, max_size=12)
LABEL = st.text("abcXYZ019-", min_size=1, max_size=12)
ADDRESSES = st.builds(
    lambda local, labels, end: ".".join(local) + "@" + ".".join([*labels, end]),
    st.lists(WORD, min_size=1, max_size=4),
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["ca", "com", "org", "fr", "info"]),
)


@given(ADDRESSES)
def test_what_is_accepted_quickly_the_library_accepts_too(text: str) -> None:
    if PLAIN.fullmatch(text) and len(text) <= LONGEST:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
        assert found.ascii_domain is not None
        assert read_address(text).domain == found.ascii_domain.lower()
