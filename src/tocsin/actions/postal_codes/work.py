"""What the jobs of a table of postal codes do: read its file into lines of its own, or remove them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.actions.long_work import Work
from tocsin.actions.postal_codes.files import FILES, LIMITS, whole
from tocsin.campaigns.import_file import CannotBeRead, stream_table
from tocsin.campaigns.models import PostalTable
from tocsin.campaigns.targeting.filling_table import (
    A_BATCH,
    Line,
    NoTable,
    WrongLine,
    columns_in,
    empty_table,
    read_line,
    store,
)
from tocsin.campaigns.targeting.tables import MOST_DIVISIONS, compared, counted, know_divisions, lines_of, used_table
from tocsin.lib.csvlines import LinesInto

State = PostalTable.State
FIRST_SHOWN = 20


@dataclass(slots=True)
class _Reading:
    """What was met so far. Nothing grows with the file: its lines are in the database, what is left out in a file."""

    at: dict[str, int]
    country: str
    left_out: LinesInto
    rows: int = 0
    wrong: int = 0
    divisions: set[str] = field(default_factory=set)
    first: list[Line] = field(default_factory=list)
    first_wrong: list[tuple[str, str]] = field(default_factory=list)

    def lines(self, rows: Iterable[list[str]]) -> Iterator[Line]:
        """Those that can be understood; the others are written down with why."""
        for row in rows:
            self.rows += 1
            try:
                line = read_line(row, self.at, self.country)
            except WrongLine as why:
                self._leave_out(row, str(why))
            else:
                self._note(line)
                yield line

    def _leave_out(self, row: list[str], why: str) -> None:
        self.wrong += 1
        self.left_out.add([why, *row])
        if len(self.first_wrong) < FIRST_SHOWN:
            self.first_wrong.append((" · ".join(cell for cell in row if cell)[:120], why))

    def _note(self, line: Line) -> None:
        self.divisions.add(line[1])
        if len(self.first) < FIRST_SHOWN:
            self.first.append(line)
        if len(self.divisions) > MOST_DIVISIONS:
            raise CannotBeRead(_("The file names more ridings than there are. Look at its column “division”."))


def read(work: Work) -> None:
    """Stores every line that can be understood under the table's own name: nobody looks up there yet. Begun again, it
    stores the same lines once. Raises CannotBeRead."""
    table: PostalTable = work.row
    rows = stream_table(whole(table.upload, _("Its file is gone. Upload it again.")), LIMITS)
    header = next(rows)
    at = _columns(header)
    left, upload = FILES.new_name("left", table.pk), table.upload
    with FILES.write(left) as file:
        reading = _Reading(at, table.country, LinesInto(file))
        reading.left_out.add([_("Reason"), *header])
        for batch in batched(rows, A_BATCH):
            store(reading.lines(batch), table=table.name)
            work.tell(reading.rows)
    know_divisions(table.name)
    numbers = _numbers(work, reading)
    work.end(
        State.READ,
        upload="",
        left_out_file=left if reading.wrong else "",
        first=reading.first,
        first_wrong=reading.first_wrong,
        numbers=numbers,
        rows=numbers["lines"],
        rows_done=reading.rows,
        state_since=timezone.now(),
    )
    FILES.remove(upload)  # not before: broken off, it is read again
    if not reading.wrong:
        FILES.remove(left)


def _columns(header: list[str]) -> dict[str, int]:
    try:
        return columns_in(header)
    except NoTable:
        said = _(
            "Its first row must name the columns postal_code, division and, if you have it, name. It names: %(names)s."
        )
        raise CannotBeRead(said % {"names": ", ".join(name or "–" for name in header)[:200]}) from None


def _numbers(work: Work, reading: _Reading) -> dict[str, int]:
    """What the table has, and how it differs from the one in use; with a word between the questions, since a work that
    is silent for two minutes is begun anew."""
    name, before = work.row.name, used_table()

    def tell() -> None:
        work.tell(reading.rows, now=True)

    tell()
    numbers = {"rows": reading.rows, "wrong": reading.wrong, **counted(name, tell=tell)}
    numbers["twice"] = reading.rows - reading.wrong - numbers["lines"]
    return numbers | (compared(name, before, tell=tell) if lines_of(before).exists() else {})


def remove(work: Work) -> None:
    """Its lines go, some thousand at once, and its files; the row stays, and says that it was there."""
    table: PostalTable = work.row
    empty_table(table.name, tell=work.tell)
    files = (table.upload, table.left_out_file)
    work.end(State.REMOVED, upload="", left_out_file="", first=[], first_wrong=[], state_since=timezone.now())
    for name in files:
        FILES.remove(name)
