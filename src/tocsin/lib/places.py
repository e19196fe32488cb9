"""Countries and Canada's provinces by their codes; their names in any language come from Unicode's own data (CLDR)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel import Locale

# ISO 3166-1 codes that are not countries people live in, or that CLDR uses for itself.
NOT_PLACES = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "AQ", "BV", "HM"}
COUNTRIES = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha() and code not in NOT_PLACES
)
# ISO 3166-2:CA without the "CA-", from west to east to north, and those who live elsewhere.
PROVINCES = {
    "BC": ("British Columbia", "Colombie-Britannique"),
    "AB": ("Alberta", "Alberta"),
    "SK": ("Saskatchewan", "Saskatchewan"),
    "MB": ("Manitoba", "Manitoba"),
    "ON": ("Ontario", "Ontario"),
    "QC": ("Quebec", "Québec"),
    "NB": ("New Brunswick", "Nouveau-Brunswick"),
    "NS": ("Nova Scotia", "Nouvelle-Écosse"),
    "PE": ("Prince Edward Island", "Île-du-Prince-Édouard"),
    "NL": ("Newfoundland and Labrador", "Terre-Neuve-et-Labrador"),
    "YT": ("Yukon", "Yukon"),
    "NT": ("Northwest Territories", "Territoires du Nord-Ouest"),
    "NU": ("Nunavut", "Nunavut"),
    "--": ("Outside Canada", "Hors du Canada"),
}


@lru_cache(maxsize=16)
def countries_in(language: str) -> list[tuple[str, str]]:
    """(code, name) of every country in the language's own alphabetical order, Canada first."""
    locale = Locale.parse(language.replace("-", "_"))
    named = [(code, str(locale.territories.get(code, code))) for code in COUNTRIES]
    return sorted(named, key=lambda pair: (pair[0] != "CA", _sortable(pair[1])))


@lru_cache(maxsize=16)
def provinces_in(language: str) -> list[tuple[str, str]]:
    """(code, name) of Canada's provinces and territories, and of those who live elsewhere."""
    which = 1 if language.startswith("fr") else 0
    return [(code, names[which]) for code, names in PROVINCES.items()]


def country_name(code: str, language: str) -> str:
    return dict(countries_in(language)).get(code, code)


def _sortable(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
