"""How alike a campaign's letters are: offices set identical mail aside, so campaigners see it while it can be mended.

Reads only the newest letters, and only their sketches: no letter is opened, and it is as fast for a million as for ten.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.actions.models import Letter
from tocsin.actions.newest import newest_letters
from tocsin.actions.sketch import NEARLY_THE_SAME, likeness_of
from tocsin.actions.sketch import numbers as numbers_in
from tocsin.campaigns.models import Campaign, Target

LETTERS_COUNTED = 2000
LETTERS_COMPARED = 200
# Below this, a share says more about chance than about the campaign.
FEW = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """The letters of one edition: which words people were offered, and how many left them as they were."""

    language: str
    edition: int
    letters: int
    changed: int

    @property
    def percent_changed(self) -> int:
        return self.changed * 100 // self.letters


@dataclass(frozen=True, slots=True)
class Sameness:
    """Of the newest `letters`, how many were `changed` by their writers. Of the newest `compared`: how alike two of
    them are on average (0 to 1), and how many belong to the largest group of letters that are nearly the same."""

    letters: int
    changed: int
    compared: int
    mean: float
    largest: int
    wordings: list[Wording]

    @property
    def says_something(self) -> bool:
        return self.letters >= FEW

    @property
    def percent_changed(self) -> int:
        return self.changed * 100 // self.letters if self.letters else 0

    @property
    def percent_alike(self) -> int:
        return round(self.mean * 100)

    @property
    def tenths_the_same(self) -> int:
        """How many in ten belong to the largest group; ten only where it is all of them."""
        if not self.compared or self.largest < 2:
            return 0
        return 10 if self.largest == self.compared else min(9, round(self.largest * 10 / self.compared))


def sameness_of(campaign: Campaign, target: Target | None = None) -> Sameness:
    """Of the letters to one target, or of all: then one letter of each person, since theirs to several are alike."""
    numbers = newest_letters(LETTERS_COUNTED, campaign=campaign.pk, target=target.pk if target else None)
    newest = (
        Letter.objects.filter(message__in=numbers)
        .order_by("-message_id")
        .values_list("action_id", "own_words", "sketch", "action__edition__language", "action__edition__number")
    )
    letters: dict[int, tuple[bool, bytes, str, int]] = {}
    for action_id, own_words, sketch, language, edition in newest:
        letters.setdefault(action_id, (own_words, bytes(sketch), language, edition))
    sketches = [sketch for _, sketch, _, _ in letters.values() if sketch][:LETTERS_COMPARED]
    mean, largest = compared(sketches)
    changed = sum(own_words for own_words, *_ in letters.values())
    wordings = _wordings((language, edition, own) for own, _, language, edition in letters.values())
    return Sameness(len(letters), changed, len(sketches), mean, largest, wordings)


def compared(sketches: list[bytes]) -> tuple[float, int]:
    """The mean likeness of all pairs, and the size of the largest group that hangs together by near sameness."""
    if len(sketches) < 2:
        return 0.0, len(sketches)
    many = Counter(sketches)  # most letters are the same letter: each is compared once, and counted as often as it came
    different = [(numbers_in(sketch), times) for sketch, times in many.items()]
    alike = sum(times * (times - 1) / 2 for _, times in different)
    groups = _Groups([times for _, times in different])
    for here, (one, times) in enumerate(different):
        for there in range(here):
            other, other_times = different[there]
            likeness = likeness_of(one, other)
            alike += likeness * times * other_times
            if likeness >= NEARLY_THE_SAME:
                groups.join(here, there)
    return alike / (len(sketches) * (len(sketches) - 1) / 2), groups.largest()


class _Groups:
    """Letters that hang together, by their places; each place stands for as many letters as its size."""

    def __init__(self, sizes: list[int]) -> None:
        self._sizes, self._leads = sizes, list(range(len(sizes)))

    def join(self, one: int, other: int) -> None:
        self._leads[self._lead(one)] = self._lead(other)

    def largest(self) -> int:
        together = Counter[int]()
        for place, size in enumerate(self._sizes):
            together[self._lead(place)] += size
        return max(together.values())

    def _lead(self, place: int) -> int:
        while self._leads[place] != place:
            place = self._leads[place]
        return place


def _wordings(rows: Iterable[tuple[str, int, bool]]) -> list[Wording]:
    letters: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for language, edition, own in rows:
        letters[language, edition].append(own)
    return [Wording(*key, len(own), sum(own)) for key, own in sorted(letters.items())]
