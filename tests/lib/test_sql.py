"""What is written into statements by hand is ours, and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection

from tocsin.actions.aside import FOR_STAFF
from tocsin.actions.models import Action
from tocsin.lib.sql import Literal


def test_the_condition_reads_as_the_index_says_it(db: None) -> None:
    statement = str(Action.objects.filter(FOR_STAFF).query)
    assert "IN ('held', 'stuck')" in statement


def test_only_a_word_is_written_into_a_statement(db: None) -> None:
    with pytest.raises(ValueError, match="; DROP"):
        Literal("x'; DROP TABLE").as_sql(None, connection)
