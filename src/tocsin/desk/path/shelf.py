"""Models to begin from: the house's own, which are files that people can read, and those of the organisation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from tocsin.desk.path.models import CampaignModel
from tocsin.desk.path.outline import Outline, whole

HOUSE = Path(__file__).parent / "house"


@dataclass(frozen=True, slots=True)
class HouseModel:
    """One file of the house, by the name that the form posts."""

    key: str
    kept: dict[str, Any]

    @property
    def said(self) -> str:
        """What it is for, in the language of whoever reads it."""
        called: dict[str, str] = self.kept["called"]
        return called.get(get_language() or settings.LANGUAGE_CODE) or called[settings.LANGUAGES[0][0]]


@lru_cache(maxsize=1)
def house_models() -> tuple[HouseModel, ...]:
    files = sorted(HOUSE.glob("*.toml"))
    return tuple(HouseModel(f"house:{file.stem}", tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def outline_named(key: str) -> Outline:
    """A model's outline by what the form posts: house:NAME or kept:NUMBER. KeyError where there is none."""
    for model in house_models():
        if model.key == key:
            return whole(model.kept)
    shelf, _colon, number = key.partition(":")
    kept = CampaignModel.objects.filter(pk=int(number)).first() if shelf == "kept" and number.isdigit() else None
    if kept is None:
        raise KeyError(key)
    return whole(kept.outline)
