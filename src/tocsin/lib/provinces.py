"""Which province or territory of Canada somebody lives in, from what they wrote: no more than that is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.lib.places import PROVINCES

ABROAD = "--"
# The first letter of a postal code; X is shared by two territories.
BY_LETTER = {
    **dict.fromkeys("A", "NL"),
    **dict.fromkeys("B", "NS"),
    **dict.fromkeys("C", "PE"),
    **dict.fromkeys("E", "NB"),
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLMNP", "ON"),
    **dict.fromkeys("R", "MB"),
    **dict.fromkeys("S", "SK"),
    **dict.fromkeys("T", "AB"),
    **dict.fromkeys("V", "BC"),
    **dict.fromkeys("X", "NT"),
    **dict.fromkeys("Y", "YT"),
}
OF_NUNAVUT = ("X0A", "X0B", "X0C")


def province_of(act: Mapping[str, Any]) -> str:
    """A code of PROVINCES, or empty where nothing in the act tells."""
    said = str(act.get("province", ""))
    if said in PROVINCES:
        return said
    if str(act.get("country", "")) not in {"", "CA"}:
        return ABROAD
    code = str(act.get("postal_code", "")).upper().replace(" ", "")
    if len(code) != 6 or not (code[0].isalpha() and code[1].isdigit()):
        return ""
    return "NU" if code.startswith(OF_NUNAVUT) else BY_LETTER.get(code[0], "")
