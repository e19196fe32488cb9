"""Imports a file of targets into a list, and takes an import back.

```
 upload ──► uploaded ──carry_out──► done ──take_back──► undone
              │  ▲
              └──┘ map, and look at the plan (import_plan.py)
```

Each step is one transaction, and holds the upload's row: pressed twice it is done once. What an import made and changed
is written down with it, so that it can be taken back: fields that somebody changed since then are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from tocsin.campaigns.editions import named_in_editions
from tocsin.campaigns.import_columns import LABELS, guess
from tocsin.campaigns.import_file import cell_of, read_table
from tocsin.campaigns.import_plan import IMPORTED, Plan, Planned, plan, standing
from tocsin.campaigns.models import ListMember, TableDivision, Target, TargetImport, TargetList, TargetWords
from tocsin.campaigns.targeting.names import plain_name
from tocsin.campaigns.targeting.tables import the_used


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of an import that was undone: `kept` are those that could not be, by name."""

    removed: int
    restored: int
    kept: list[str]


def upload(
    *, data: bytes, file_name: str, target_list: TargetList, by_name: str, defaults: dict[str, str]
) -> TargetImport:
    """Keeps what was read of a file, with the columns as they seem to be meant. Raises CannotBeRead."""
    table = read_table(data)
    return TargetImport.objects.create(
        target_list=target_list,
        file_name=file_name[:200],
        columns=table.columns,
        rows=table.rows,
        mapping={"columns": guess(table.columns), "defaults": defaults},
        by_name=by_name,
    )


def of_rows(
    *, rows: list[dict[str, str]], target_list: TargetList, by_name: str, defaults: dict[str, str]
) -> TargetImport:
    """An import, not kept yet, of rows that say themselves what each of their cells means, by the names of
    import_columns.py; what has another name is left out."""
    columns = [name for name in LABELS if any(name in row for row in rows)]
    return TargetImport(
        target_list=target_list,
        file_name="API",
        columns=columns,
        rows=[[cell_of(row.get(name, "")) for name in columns] for row in rows],
        mapping={"columns": {name: at for at, name in enumerate(columns)}, "defaults": defaults},
        by_name=by_name,
    )


def map_columns(*, upload: TargetImport, columns: dict[str, int]) -> None:
    """Says which column means what. Names and columns that there are not are left out."""
    known = {name: at for name, at in columns.items() if name in LABELS and 0 <= at < len(upload.columns)}
    mapping = {**upload.mapping, "columns": known}
    TargetImport.objects.filter(pk=upload.pk, state=TargetImport.State.UPLOADED).update(mapping=mapping)


def carry_out(upload_pk: int) -> TargetImport | None:
    """Imports what the plan says now; None if it was done before."""
    with transaction.atomic():
        held = _held(upload_pk, TargetImport.State.UPLOADED)
        if held is None:
            return None
        known = plan(held)
        held.made = _carried_out(held, known)
        held.state, held.imported_at = TargetImport.State.DONE, timezone.now()
        held.save(update_fields=["made", "state", "imported_at"])
        return held


def take_back(upload_pk: int) -> TakenBack | None:
    """Undoes an import; None if it was not done, or undone before. Targets with letters stay, and are named."""
    with transaction.atomic():
        held = _held(upload_pk, TargetImport.State.DONE)
        if held is None:
            return None
        targets = Target.objects.prefetch_related("in_words").in_bulk([line["target"] for line in held.made])
        lines = [(line, targets[line["target"]]) for line in held.made if line["target"] in targets]
        restored = [_restored(target, line) for line, target in lines if not line["new"]]
        _leave_the_list(held, [line for line in held.made if not line["new"]])
        kept = _removed([target for line, target in lines if line["new"]])
        held.state = TargetImport.State.UNDONE
        held.save(update_fields=["state"])
        return TakenBack(sum(line["new"] for line, _target in lines) - len(kept), sum(restored), kept)


def targets_of(upload: TargetImport) -> list[int]:
    return [line["target"] for line in upload.made]


def _held(pk: int, state: TargetImport.State) -> TargetImport | None:
    """The upload, locked, if it is in that state and its list is still there."""
    uploads = TargetImport.objects.select_for_update().filter(pk=pk, state=state, target_list__isnull=False)
    return uploads.first()


# ── carrying out ────────────────────────────────────────────────────────────────────────────────────────────────
def join(target_list: TargetList | None, joining: Iterable[tuple[Target, Planned]]) -> None:
    """Puts them into the list, once for each answer that leads to them."""
    members = [
        ListMember(target_list=target_list, target=target, match=match)
        for target, row in joining
        for match in (row.read.matches if row.read else [""])
    ]
    ListMember.objects.bulk_create(members, ignore_conflicts=True)


def keep_targets(taken: list[Planned]) -> list[Target]:
    """The targets of these rows as the file says, new ones made and known ones changed; in the order of the rows."""
    _find_divisions(taken)
    targets = _kept_targets(taken)
    _keep_words(targets, taken)
    return targets


def _find_divisions(taken: list[Planned]) -> None:
    """A file that names the riding only: its division is looked for in the table of postal codes that is in use."""
    wanted = [row.read.values for row in taken if row.read and _lacks_division(row)]
    lines = TableDivision.objects.filter(table=the_used()).values_list("name", "division") if wanted else ()
    by_name: dict[str, set[str]] = {}
    for name, division in lines:
        by_name.setdefault(plain_name(name), set()).add(division)
    for values in wanted:
        found = by_name.get(plain_name(values["division_name"]), set())
        if len(found) == 1:
            values["division"] = next(iter(found))


def _lacks_division(row: Planned) -> bool:
    values = row.read.values if row.read else {}
    known = row.target.division if row.target else ""
    return bool(values.get("division_name")) and not values.get("division") and not known


def _carried_out(upload: TargetImport, known: Plan) -> list[dict[str, Any]]:
    taken = known.taken
    before = [standing(row.target) if row.target else {} for row in taken]
    targets = keep_targets(taken)
    join(upload.target_list, [(target, row) for target, row in zip(targets, taken, strict=True) if row.joins])
    return [_noted(row, target, was) for row, target, was in zip(taken, targets, before, strict=True)]


def _noted(row: Planned, target: Target, was: dict[str, str]) -> dict[str, Any]:
    values = row.read.values if row.read else {}
    changed = {name: value for name, value in values.items() if was.get(name, "") != value}
    return {
        "row": row.number,
        "target": target.pk,
        "new": row.target is None,
        "joined": row.joins,
        "match": row.read.match if row.read else "",
        "before": {name: was.get(name, "") for name in changed} if row.target else None,
        "after": changed if row.target else None,
    }


def _kept_targets(taken: list[Planned]) -> list[Target]:
    """New ones made and changed ones changed, in two statements, in the order of the rows."""
    targets, changed = [], _Changed(Target)
    for row in taken:
        said = row.read.values if row.read else {}
        target = row.target or Target(**(row.read.first if row.read else {}))
        for name in IMPORTED:
            if name in said:
                changed.put(target, name, said[name])
        targets.append(target)
    Target.objects.bulk_create([target for target in targets if target._state.adding], batch_size=500)
    changed.store()
    return targets


def _keep_words(targets: Iterable[Target], taken: Iterable[Planned]) -> None:
    """The words of each language that the file says something of, on top of those that were there."""
    new: list[TargetWords] = []
    changed = _Changed(TargetWords)
    for target, row in zip(targets, taken, strict=True):
        old = {words.language: words for words in target.in_words.all()} if row.target else {}
        for name, value in (row.read.values if row.read else {}).items():
            language, dot, word = name.partition(".")
            if dot and language not in old:
                new.append(old.setdefault(language, TargetWords(target=target, language=language)))
            if dot:
                changed.put(old[language], word, value)
    TargetWords.objects.bulk_create(new, batch_size=500)
    changed.store()


class _Changed:
    """Stored rows that differ now, and in which fields: Django needs seconds to name every field of thousands."""

    def __init__(self, model: type[Target | TargetWords]) -> None:
        self._model = model
        self._rows: dict[int, Any] = {}
        self._names: dict[str, None] = {}

    def put(self, row: Any, name: str, value: str) -> None:
        if getattr(row, name) != value:
            setattr(row, name, value)
            if not row._state.adding:
                self._rows[row.pk] = row
                self._names[name] = None

    def store(self) -> None:
        if self._rows:
            self._model.objects.bulk_update(self._rows.values(), list(self._names), batch_size=200)


# ── taking back ─────────────────────────────────────────────────────────────────────────────────────────────────
def _restored(target: Target, line: dict[str, Any]) -> bool:
    """Puts back what the import changed, where it still stands as the import left it; whether anything was."""
    now = standing(target)
    back = {name: was for name, was in line["before"].items() if now.get(name, "") == line["after"][name]}
    own = {name: was for name, was in back.items() if "." not in name}
    for name, was in own.items():
        setattr(target, name, was)
    if own:
        target.save(update_fields=list(own))
    for words in target.in_words.all():
        said = {name.partition(".")[2]: was for name, was in back.items() if name.startswith(f"{words.language}.")}
        _restore_words(words, said)
    return bool(back)


def _restore_words(words: TargetWords, said: dict[str, str]) -> None:
    for name, was in said.items():
        setattr(words, name, was)
    if said and not any((words.style, words.person, words.office, words.organisation, words.salutation)):
        words.delete()
    elif said:
        words.save(update_fields=list(said))


def _leave_the_list(upload: TargetImport, lines: list[dict[str, Any]]) -> None:
    """Those who were only added to the list leave it again."""
    joined = {(line["target"], match) for line in lines if line["joined"] for match in line["match"].split("\n")}
    members = ListMember.objects.filter(target_list=upload.target_list, target_id__in=[pk for pk, _match in joined])
    gone = [pk for pk, target, match in members.values_list("pk", "target_id", "match") if (target, match) in joined]
    ListMember.objects.filter(pk__in=gone).delete()


def _removed(targets: list[Target]) -> list[str]:
    """Removes what nothing hangs on; the names of those that stay. Asked together first: 350 are one question."""
    in_use = set(
        Target.objects.filter(pk__in=[target.pk for target in targets], campaigns__isnull=False).values_list(
            "pk", flat=True
        )
    )
    in_use |= named_in_editions()
    free = [target for target in targets if target.pk not in in_use]
    try:
        with transaction.atomic():
            Target.objects.filter(pk__in=[target.pk for target in free]).delete()
    except ProtectedError as error:
        bound = {getattr(row, "target_id", None) for row in error.protected_objects}
        in_use |= {target.pk for target in free if target.pk in bound}
        Target.objects.filter(pk__in=[target.pk for target in free if target.pk not in in_use]).delete()
    return [target.name for target in targets if target.pk in in_use]
