"""Writes what was measured: the verdicts against the floors and the aims first, then every number behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.cells import MOST_FOREIGN

HOW_TO_READ = """\
Made by `make bench`; docs/developers/bench.md says how to read it. Compare ratios of one run, never numbers of two:
such machines change speed by a third within hours."""

type Row = Mapping[str, Any]
type Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be reached. `at_most` turns the comparison round: less is better."""

    what: str
    measured: float
    floor: float
    aim: float | None
    unit: str
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if not self._reaches(self.floor):
            return "**missed**"
        if self.aim is None:
            return "kept"
        return "kept, aim reached" if self._reaches(self.aim) else "kept"

    def _reaches(self, mark: float) -> bool:
        return self.measured <= mark if self.at_most else self.measured >= mark

    def line(self) -> str:
        sign = "≤" if self.at_most else "≥"
        aim = "" if self.aim is None else f"{sign} {self._said(self.aim)}"
        return (
            f"| {self.what} | {self._said(self.measured)} | {sign} {self._said(self.floor)} | {aim} | {self.verdict} |"
        )

    def _said(self, value: float) -> str:
        if self.unit == "%":
            return f"{100 * value:.0f} %"
        return f"{value:.1f} ×" if self.unit == "×" else f"{value:.0f} {self.unit}".strip()


class Results:
    """The cells of a run. Where a cell has quiet rounds, its noisy ones do not count."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        groups: dict[Key, list[Row]] = {}
        for row in rows:
            groups.setdefault((row["target"], row["operation"], row["clients"]), []).append(row)
        self.groups = {key: self._quiet(group) for key, group in groups.items()}

    @staticmethod
    def _quiet(group: list[Row]) -> list[Row]:
        return [row for row in group if row["foreign"] <= MOST_FOREIGN] or group

    def middle(self, target: str, operation: str = "POST", clients: int = 64, *, of: str = "rate") -> float:
        return float(median(row[of] or 0.0 for row in self.groups[target, operation, clients]))

    def ratio(self, ours: str, other: str, operation: str = "POST", other_operation: str = "") -> float:
        below = self.middle(other, other_operation or operation)
        return self.middle(ours, operation) / below if below else 0.0

    @property
    def lost(self) -> int:
        return sum(row["lost"] or 0 for row in self.rows)

    @property
    def memory(self) -> dict[str, float]:
        most: dict[str, float] = {}
        for row in self.rows:
            if row["memory_mb"]:
                most[row["target"]] = max(most.get(row["target"], 0.0), row["memory_mb"])
        return most


def promises(results: Results) -> list[Promise]:
    """Issue by issue, in the order in which they were set."""
    return [*_accepting(results), *_reading(results), *_grown(results), *_waiting(results)]


def _accepting(results: Results) -> Iterable[Promise]:
    at_work = ", worker at work"
    for also in ("", at_work):
        ours = f"ours PostgreSQL{also}"
        beside = also or ", web alone"
        limit, peer = results.ratio(ours, "limit PostgreSQL"), results.ratio(ours, "peer PostgreSQL")
        yield Promise(f"POST on PostgreSQL{beside}: share of pgbench", limit, 0.30, 0.40, "%")
        yield Promise(f"POST on PostgreSQL{beside}: against the Wagtail form", peer, 10, 15, "×")
    for also in ("", at_work):
        peer = results.ratio(f"ours SQLite{also}", "peer SQLite")
        yield Promise(f"POST on SQLite{also or ', web alone'}: against the Wagtail form", peer, 6, 10, "×")
    yield Promise("accepted but not stored, all cells", results.lost, 0, None, "", at_most=True)


def _reading(results: Results) -> Iterable[Promise]:
    for database in ("PostgreSQL", "SQLite"):
        ratio = results.ratio(f"ours {database}", f"peer {database}", "GET")
        yield Promise(f"page from the app, on {database}: against the Wagtail form's page", ratio, 40, None, "×")
    behind = results.ratio("ours behind nginx", "limit nginx static", "GET")
    yield Promise("page behind nginx: share of a static file", behind, 0.80, None, "%")


def _grown(results: Results) -> Iterable[Promise]:
    for database in ("PostgreSQL", "SQLite"):
        full, empty = f"ours {database}, full", f"ours {database}"
        yield Promise(f"POST on {database}, full: share of empty", results.ratio(full, empty), 0.90, None, "%")
        full, empty = f"rendered {database}, full", f"rendered {database}"
        ratio = results.ratio(full, empty, "GET")
        yield Promise(f"page rendered on {database}, full: share of empty", ratio, 0.90, None, "%")


def _waiting(results: Results) -> Iterable[Promise]:
    for target in ("ours PostgreSQL", "ours PostgreSQL, worker at work", "ours SQLite", "ours SQLite, worker at work"):
        slowest = results.middle(target, clients=16, of="p99_ms")
        yield Promise(f"{target}: p99 of accepting, 16 clients", slowest, 60, None, "ms", at_most=True)
    for target, megabytes in results.memory.items():
        what = f"{target.partition(',')[0]}: web and worker together"
        yield Promise(what, megabytes, 350, None, "MB", at_most=True)


def write(path: Path, facts: Mapping[str, str], results: Results, notes: str, more: Sequence[Promise] = ()) -> None:
    kept = [promise.line() for promise in (*promises(results), *more)]
    parts = [
        "# What was measured",
        HOW_TO_READ,
        _table(("the machine", ""), [f"| {name} | {value} |" for name, value in facts.items()]),
        "## Promises\n\nAt 64 clients unless another number is said. Database, servers and load share the cores.",
        _table(("what", "measured", "floor", "aim", "verdict"), kept, right=(1, 2, 3)),
        *_sections(results),
        notes.strip(),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _sections(results: Results) -> Iterable[str]:
    for title, operation, clients in (
        ("Accepting, 64 clients", "POST", 64),
        ("Accepting, 16 clients", "POST", 16),
        ("Reading, 64 clients", "GET", 64),
    ):
        groups = [group for key, group in results.groups.items() if key[1:] == (operation, clients)]
        yield f"## {title}\n\n{_table(HEADS, [_line(group) for group in groups], right=range(1, len(HEADS)))}"


HEADS = (
    "target",
    "a second",
    "p50 ms",
    "p99 ms",
    "CPU ms each",
    "accepted",
    "stored",
    "refused or broken",
    "load generator, cores",
    "foreign, cores",
    "rounds",
)


def _line(group: Sequence[Row]) -> str:
    def middle(of: str) -> float:
        return float(median(row[of] for row in group))

    def total(of: str) -> int:
        return sum(row[of] or 0 for row in group)

    stored = total("stored") if group[0]["stored"] is not None else "–"
    cells = [
        group[0]["target"],
        _spread(group),
        _milliseconds(middle("p50_ms")),
        _milliseconds(middle("p99_ms")),
        _cost(group),
        total("accepted"),
        stored,
        total("refused") + total("broken"),
        f"{middle('load_generator_cores'):.2f}",
        f"{middle('foreign'):.2f}",
        len(group),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _spread(group: Sequence[Row]) -> str:
    rates = sorted(row["rate"] for row in group)
    middle = f"**{median(rates):,.0f}**"
    return middle if len(rates) == 1 else f"{middle} ({rates[0]:,.0f} – {rates[-1]:,.0f})"


def _milliseconds(value: float) -> str:
    return f"{value:.1f}" if value else "–"


def _cost(group: Sequence[Row]) -> str:
    """Processor time for each request, by who used it."""
    spent = {name: median(row["cpu_ms"][name] for row in group) for name in group[0]["cpu_ms"]}
    return ", ".join(f"{_role(name)} {value:.2f}" for name, value in spent.items()) or "–"


def _role(service: str) -> str:
    known = {"postgresql": "database", "nginx": "nginx"}
    return known.get(service, "web and worker" if service.endswith("serve") else "web")


def _table(heads: Sequence[str], lines: Sequence[str], right: Iterable[int] = ()) -> str:
    aligned = set(right)
    rule = "|".join("---:" if index in aligned else "---" for index in range(len(heads)))
    return "\n".join([f"| {' | '.join(heads)} |", f"|{rule}|", *lines])
