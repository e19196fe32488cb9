"""What an import would do, row by row, before anything changes: new, changed, the same, twice in the file, or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from tocsin.campaigns.import_file import cell_of
from tocsin.campaigns.import_rows import Read, Wrong, read_row
from tocsin.campaigns.models import ListMember, Target, TargetImport, TargetWords
from tocsin.campaigns.targeting.names import plain_name


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    TWICE = "twice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of the file. `changes` are (before, after) by field; `joins`, whether it enters the list with them."""

    number: int
    name: str
    outcome: Outcome
    sentence: str
    read: Read | None = None
    target: Target | None = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    joins: bool = False

    @property
    def is_taken(self) -> bool:
        return self.outcome in {Outcome.NEW, Outcome.CHANGED} or self.joins


@dataclass(frozen=True, slots=True)
class Plan:
    rows: list[Planned]

    @property
    def numbers(self) -> dict[str, int]:
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def taken(self) -> list[Planned]:
        return [row for row in self.rows if row.is_taken]

    @property
    def left_out(self) -> list[Planned]:
        return [row for row in self.rows if row.outcome in {Outcome.TWICE, Outcome.WRONG}]

    @property
    def remarked(self) -> list[Planned]:
        return [row for row in self.rows if row.read and row.read.remarks]


class Known:
    """The targets that are there already, found by what an import may know them by. `members` are those of its list,
    by number and answer."""

    def __init__(self, targets: Iterable[Target] = (), members: Iterable[tuple[int, str]] = ()) -> None:
        self.by_id: dict[str, Target] = {}
        self.by_email: dict[str, Target] = {}
        self.by_place: dict[tuple[str, str], Target] = {}
        self.by_name: dict[str, Target] = {}  # of those whom nothing else tells apart
        self.members = set(members)
        for target in targets:
            self.add(target)

    @classmethod
    def here(cls, list_pk: int | None) -> Known:
        """Three queries for all."""
        members = ListMember.objects.filter(target_list=list_pk).values_list("target_id", "match")
        return cls(Target.objects.prefetch_related("in_words").order_by("-pk"), members)

    def add(self, target: Target) -> None:
        if target.external_id:
            self.by_id[target.external_id] = target
        if target.email:
            self.by_email[target.email.lower()] = target
        places = {plain_name(target.division), plain_name(target.division_name)} - {""}
        for place in places:
            self.by_place[plain_name(target.name), place] = target
        if not (target.external_id or target.email or places):
            self.by_name[plain_name(target.name)] = target

    def find(self, read: Read) -> Target | None:
        """By its number in the file's own list, else by its address, else by its name and riding together; where the
        file has nothing but a name, by that, among those of whom nothing else is known."""
        values = read.values
        by_id = self.by_id.get(values.get("external_id", ""))
        by_email = self.by_email.get(values.get("email", "").lower())
        if by_id and by_email and by_id != by_email:
            raise Wrong(_("This address is already that of “%(name)s”.") % {"name": by_email.name})
        return by_id or by_email or self._by_place(values) or self._by_name(values)

    def _by_place(self, values: dict[str, str]) -> Target | None:
        name = plain_name(values.get("name", ""))
        places = (plain_name(values.get(key, "")) for key in ("division", "division_name"))
        return next((self.by_place[name, place] for place in places if (name, place) in self.by_place), None)

    def _by_name(self, values: dict[str, str]) -> Target | None:
        if any(values.get(key) for key in ("external_id", "email", "division", "division_name")):
            return None
        return self.by_name.get(plain_name(values.get("name", "")))


def plan(upload: TargetImport) -> Plan:
    """Reads every row and compares it with what is there. Changes nothing."""
    known, seen = Known.here(upload.target_list_id), dict[str, int]()
    return Plan([_planned(upload, number, row, known, seen) for number, row in enumerate(upload.rows, start=2)])


def _planned(upload: TargetImport, number: int, row: list[str], known: Known, seen: dict[str, int]) -> Planned:
    cells = cells_of(upload, row)
    name = cells.get("name") or " ".join(cells.get(part, "") for part in ("first_name", "last_name")).strip()
    try:
        takes_placeholders = bool(upload.mapping.get("takes_placeholders"))
        read = read_row(cells, upload.mapping.get("defaults", {}), takes_placeholders=takes_placeholders)
        target = known.find(read)
        _check_whole(read, target)
    except Wrong as wrong:
        return Planned(number, name, Outcome.WRONG, str(wrong))
    name = read.values.get("name", "") or (target.name if target else name)
    for key in _keys(read, target):
        if key in seen:
            said = _("Row %(row)s is the same target. This one is left out.") % {"row": seen[key]}
            return Planned(number, name, Outcome.TWICE, said)
    seen.update(dict.fromkeys(_keys(read, target), number))
    compared = _compared(number, name, read, target, known)
    return replace(compared, sentence=" ".join((compared.sentence, *read.remarks)))


def cells_of(upload: TargetImport, row: list[str]) -> dict[str, str]:
    """The row's cells by what they mean."""
    return {name: row[at] for name, at in upload.mapping.get("columns", {}).items() if at < len(row)}


def _check_whole(read: Read, target: Target | None) -> None:
    if target is None and not read.values.get("name"):
        raise Wrong(_("This row has no name."))
    mode = target.mode if target else read.first.get("mode")
    if not read.values.get("email") and not (target and target.email) and mode != Target.Mode.HAND_IN:
        raise Wrong(_("This row has no e-mail address, so letters would have nowhere to go."))


def _keys(read: Read, target: Target | None) -> Iterator[str]:
    """What no two rows may share."""
    values = read.values
    if target is not None:
        yield f"target:{target.pk}"
    if values.get("external_id"):
        yield f"id:{values['external_id']}"
    if values.get("email"):
        yield f"email:{values['email'].lower()}"
    if values.get("name") and (place := values.get("division") or values.get("division_name")):
        yield f"place:{plain_name(values['name'])}:{plain_name(place)}"
    elif not values.get("external_id") and not values.get("email"):
        yield f"name:{plain_name(values.get('name', ''))}"


def _compared(number: int, name: str, read: Read, target: Target | None, known: Known) -> Planned:
    if target is None:
        return Planned(number, name, Outcome.NEW, _("Will be added."), read, joins=True)
    joins = any((target.pk, match) not in known.members for match in read.matches)
    changes = _changes(read, target)
    if changes:
        said = _("Will be changed: %(what)s.") % {"what": _said(changes)}
        return Planned(number, name, Outcome.CHANGED, said, read, target, changes, joins)
    said = _("Is known already, and joins this list.") if joins else _("Is known already, and nothing changes.")
    return Planned(number, name, Outcome.SAME, said, read, target, joins=joins)


def _changes(read: Read, target: Target) -> dict[str, tuple[str, str]]:
    """What the file says otherwise. An empty cell says nothing: it empties nothing. Blanks alone are no change: a cell
    is read without those that stand twice."""
    now = standing(target)
    said = read.values.items()
    return {name: (now.get(name, ""), value) for name, value in said if cell_of(now.get(name, "")) != value}


def standing(target: Target) -> dict[str, str]:
    """Everything that an import may change, as it is now."""
    words = {
        f"{words.language}.{name}": getattr(words, name)
        for words in target.in_words.all()
        for name in ("style", "person", "office", "organisation", "salutation")
    }
    return {name: getattr(target, name) for name in IMPORTED} | words


def _said(changes: dict[str, tuple[str, str]]) -> str:
    """Each change with what it is of. That words of a language name the person again goes without saying."""
    told = [(name, change) for name, change in changes.items() if not name.endswith(".person")]
    return "; ".join(
        _("%(field)s: %(before)s → %(after)s") % {"field": _called(name), "before": before or "–", "after": after}
        for name, (before, after) in told or changes.items()
    )


def _called(name: str) -> str:
    """What a field is called on the target's own form; words with their language."""
    language, _dot, word = name.rpartition(".")
    field = (TargetWords if language else Target)._meta.get_field(word)
    called = str(getattr(field, "verbose_name", word))
    return f"{called} ({language.upper()})" if language else called


IMPORTED = (
    "name",
    "email",
    "other_emails",
    "division",
    "division_name",
    "office_kind",
    "language",
    "gender",
    "party",
    "phone",
    "postal_address",
    "external_id",
)
