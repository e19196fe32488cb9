"""Makes an export's file: rows in, one sealed file out, telling how far it is, and stopping when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.utils import timezone

from tocsin.actions.exporting.kinds import columns_of, how_many, left_out_of, rows_of
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.store import FILES, Measured, kept_for
from tocsin.actions.long_work import NoLongerOurs, Work
from tocsin.lib.csvlines import csv_lines
from tocsin.lib.xlsx import write_workbook


def make_file(work: Work) -> bool:
    """The file, and the row that says that it is ready; False where somebody stopped it meanwhile."""
    export: Export = work.row
    name = FILES.new_name("export", export.pk)
    try:
        work.note(rows=how_many(export))
        with FILES.write(name) as sealed:
            file = Measured(sealed)
            rows = _Counted(work)
            _write(file, export, rows)
        work.end(
            Export.State.READY,
            rows=rows.done,
            rows_done=rows.done,
            file=name,
            size=file.size,
            why=left_out_of(export),
            sha256=file.sha256,
            ready_at=timezone.now(),
            expires_at=timezone.now() + kept_for(),
        )
    except NoLongerOurs:
        FILES.remove(name)
        return False
    return True


class _Counted:
    """The rows of an export, telling of each batch."""

    def __init__(self, work: Work) -> None:
        self._work, self.done = work, 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for some in rows_of(self._work.row):
            yield from some
            self.done += len(some)
            self._work.tell(self.done)


def _write(file: Measured, export: Export, rows: _Counted) -> None:
    columns = columns_of(export)
    if export.format == Export.Format.XLSX:
        write_workbook(cast("Any", file), columns, rows)
        return
    lines = csv_lines(
        _with_head(columns, rows), for_spreadsheet=export.format == Export.Format.SPREADSHEET, mark=export.mark
    )
    for piece in lines:
        file.write(piece)


def _with_head(columns: tuple[str, ...], rows: _Counted) -> Iterator[tuple[Any, ...]]:
    yield columns
    yield from rows
