"""`tocsin audit`: says whether the log still is as it was written, and whether a hash kept elsewhere is in it."""

from __future__ import annotations

import pytest

from tocsin.auditing import audit
from tocsin.staff import audit as log
from tocsin.staff.models import AuditLine, AuditProof

pytestmark = pytest.mark.django_db


def test_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    line = log.write("signed_in", kind="sign_in")
    assert audit([]) == 0
    assert capsys.readouterr().out == f"Every line fits: 1.\nNewest hash: {line.sha256}\n"
    assert AuditProof.objects.get().newest == line.sha256


def test_a_hash_kept_elsewhere_is_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    line = log.write("signed_in", kind="sign_in")
    assert audit([line.sha256.upper()]) == 0
    assert audit([line.sha256, "ab" * 32]) == 1
    assert f"No longer in the log: {'ab' * 32}" in capsys.readouterr().out


def test_a_log_that_was_written_anew_is_found_out_by_the_hash(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has the database and this code can make a chain that fits. The hash that lies elsewhere tells."""
    kept = log.write("signed_in", kind="sign_in").sha256
    AuditLine.objects.all().delete()
    log.write("signed_out", kind="sign_in")
    assert audit([kept]) == 1


def test_a_broken_chain_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    line = log.write("signed_in", kind="sign_in")
    AuditLine.objects.update(what="signed_out")
    assert audit([]) == 1
    assert f"Line {line.pk} does not fit" in capsys.readouterr().out


def test_lines_cut_off_at_the_end_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    log.write("signed_in", kind="sign_in")
    last = log.write("signed_out", kind="sign_in")
    audit([])
    AuditLine.objects.filter(pk=last.pk).delete()
    assert audit([]) == 1
    assert "missing at the end" in capsys.readouterr().out
