"""How offices are addressed: a table of office, language and gender, and what is said where it has no line.

English follows the federal government's styles of address, French the usage of Québec's language office: a title in
the salutation has a capital, and the closing repeats the salutation. Each line is (for a woman, a man, anybody). What a
target is given of its own (`TargetWords`) goes before this table; the neutral words at the end come after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type ByGender = tuple[str, str, str]

OFFICE = "office"
OFFICE_KINDS: tuple[tuple[str, Promise], ...] = (
    ("prime_minister", _("Prime minister of Canada")),
    ("minister", _("Minister")),
    ("mp", _("Member of Parliament")),
    ("senator", _("Senator")),
    ("speaker", _("Speaker of a house")),
    ("premier", _("Premier of a province or territory")),
    ("provincial_minister", _("Minister of a province or territory")),
    ("provincial_member", _("Member of a legislature (MPP, MNA, MLA)")),
    ("governor_general", _("Governor General")),
    ("lieutenant_governor", _("Lieutenant governor")),
    ("mayor", _("Mayor")),
    ("councillor", _("Councillor")),
    ("chief", _("Chief of a First Nation")),
    ("ambassador", _("Ambassador or high commissioner")),
    ("head_of_state", _("President of a country")),
    ("head_of_government", _("Prime minister of another country")),
    ("judge", _("Judge")),
    ("commissioner", _("Commissioner")),
    ("chief_executive", _("Head of a company or organisation")),
    (OFFICE, _("An office, whoever holds it")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """How one kind of office is addressed in one language. `{family}` makes a salutation that needs the family name:
    where that is not known for sure, the one for anybody is used, and `{person}` stands there for the whole name."""

    style: ByGender
    salutation: ByGender
    closing: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the table says of one target; empty where it says nothing. `closing` knows {salutation}."""

    style: str
    salutation: str
    closing: str


class Addressed(Protocol):
    """What the table has to know of a target."""

    office_kind: str
    gender: str


def _same(words: str) -> ByGender:
    return (words, words, words)


def _english(style: ByGender, salutation: ByGender, closing: str = "Yours sincerely,") -> Line:
    return Line(style, salutation, closing)


def _french(
    style: ByGender, woman: str, man: str, anybody: str = "", *, regard: str = "ma haute considération"
) -> Line:
    """In French each is greeted by the title in their own gender; without a gender, by both."""
    salutations = (f"{woman},", f"{man},", f"{anybody or f'{woman}, {man}'},")
    return Line(style, salutations, f"Veuillez agréer, {{salutation}}, l’expression de {regard}.")


NO_STYLE = _same("")
HONOURABLE = _same("The Honourable")
EXCELLENCY = ("Her Excellency", "His Excellency", "")
BY_NAME = ("Dear Ms. {family},", "Dear Mr. {family},", "Dear {person},")

ENGLISH: Mapping[str, Line] = {
    "prime_minister": _english(_same("The Right Honourable"), _same("Dear Prime Minister,")),
    "minister": _english(HONOURABLE, _same("Dear Minister,")),
    "mp": _english(NO_STYLE, BY_NAME),
    "senator": _english(HONOURABLE, ("Dear Senator {family},", "Dear Senator {family},", "Dear Senator,")),
    "speaker": _english(HONOURABLE, ("Dear Madam Speaker,", "Dear Mr. Speaker,", "Dear Speaker,")),
    "premier": _english(HONOURABLE, _same("Dear Premier,")),
    "provincial_minister": _english(HONOURABLE, _same("Dear Minister,")),
    "provincial_member": _english(NO_STYLE, BY_NAME),
    "governor_general": _english(
        (
            "Her Excellency the Right Honourable",
            "His Excellency the Right Honourable",
            "The Right Honourable",
        ),
        _same("Your Excellency,"),
    ),
    "lieutenant_governor": _english(
        ("Her Honour the Honourable", "His Honour the Honourable", "The Honourable"), _same("Your Honour,")
    ),
    "mayor": _english(
        ("Her Worship", "His Worship", ""), ("Dear Mayor {family},", "Dear Mayor {family},", "Dear Mayor,")
    ),
    "councillor": _english(NO_STYLE, ("Dear Councillor {family},", "Dear Councillor {family},", "Dear Councillor,")),
    "chief": _english(NO_STYLE, ("Dear Chief {family},", "Dear Chief {family},", "Dear Chief,")),
    "ambassador": _english(EXCELLENCY, _same("Your Excellency,")),
    "head_of_state": _english(EXCELLENCY, _same("Your Excellency,")),
    "head_of_government": _english(EXCELLENCY, _same("Your Excellency,")),
    "judge": _english(HONOURABLE, ("Dear Madam Justice {family},", "Dear Mr. Justice {family},", "Dear Justice,")),
    "commissioner": _english(NO_STYLE, _same("Dear Commissioner,")),
    "chief_executive": _english(NO_STYLE, BY_NAME),
    OFFICE: _english(NO_STYLE, _same("Dear Sir or Madam,"), "Yours faithfully,"),
}

HONORABLE = _same("L’honorable")
EXCELLENCE = _same("Son Excellence")
HIGHEST = "ma très haute considération"
COMMON = "mes sentiments distingués"

FRENCH: Mapping[str, Line] = {
    "prime_minister": _french(
        ("La très honorable", "Le très honorable", ""),
        "Madame la Première Ministre",
        "Monsieur le Premier Ministre",
        regard=HIGHEST,
    ),
    "minister": _french(HONORABLE, "Madame la Ministre", "Monsieur le Ministre"),
    "mp": _french(NO_STYLE, "Madame la Députée", "Monsieur le Député"),
    "senator": _french(HONORABLE, "Madame la Sénatrice", "Monsieur le Sénateur"),
    "speaker": _french(HONORABLE, "Madame la Présidente", "Monsieur le Président"),
    "premier": _french(HONORABLE, "Madame la Première Ministre", "Monsieur le Premier Ministre", regard=HIGHEST),
    "provincial_minister": _french(HONORABLE, "Madame la Ministre", "Monsieur le Ministre"),
    "provincial_member": _french(NO_STYLE, "Madame la Députée", "Monsieur le Député"),
    "governor_general": _french(
        ("Son Excellence la très honorable", "Son Excellence le très honorable", "Son Excellence"),
        "Madame la Gouverneure générale",
        "Monsieur le Gouverneur général",
        "Excellence",
        regard=HIGHEST,
    ),
    "lieutenant_governor": _french(
        _same("Son Honneur l’honorable"),
        "Madame la Lieutenante-gouverneure",
        "Monsieur le Lieutenant-gouverneur",
        "Votre Honneur",
        regard=HIGHEST,
    ),
    "mayor": _french(NO_STYLE, "Madame la Mairesse", "Monsieur le Maire"),
    "councillor": _french(NO_STYLE, "Madame la Conseillère", "Monsieur le Conseiller"),
    "chief": _french(NO_STYLE, "Madame la Cheffe", "Monsieur le Chef"),
    "ambassador": _french(EXCELLENCE, "Madame l’Ambassadrice", "Monsieur l’Ambassadeur", "Excellence", regard=HIGHEST),
    "head_of_state": _french(EXCELLENCE, "Madame la Présidente", "Monsieur le Président", "Excellence", regard=HIGHEST),
    "head_of_government": _french(
        EXCELLENCE, "Madame la Première Ministre", "Monsieur le Premier Ministre", "Excellence", regard=HIGHEST
    ),
    "judge": _french(HONORABLE, "Madame la Juge", "Monsieur le Juge"),
    "commissioner": _french(NO_STYLE, "Madame la Commissaire", "Monsieur le Commissaire"),
    "chief_executive": _french(NO_STYLE, "Madame", "Monsieur", regard=COMMON),
    OFFICE: _french(NO_STYLE, *("Madame, Monsieur",) * 3, regard=COMMON),
}

TABLE: Mapping[str, Mapping[str, Line]] = {"en": ENGLISH, "fr": FRENCH}
NEUTRAL: Mapping[str, Form] = {
    "en": Form("", "Dear {person},", "Yours sincerely,"),
    "fr": Form("", "Madame, Monsieur,", f"Veuillez agréer, {{salutation}}, l’expression de {COMMON}."),
}
_PLACE = {"f": 0, "m": 1}
# What a family name may begin with. "Jane van der Berg" is Ms. van der Berg.
PARTICLES = {"da", "de", "del", "della", "den", "der", "di", "dos", "du", "la", "le", "st.", "ste.", "van", "von"}
TWO = 2


def form_for(target: Addressed | None, language: str, person: str) -> Form:
    """How somebody in this office is addressed: from the table, or in neutral words. `person` may be empty."""
    language = _spoken(language)
    line = TABLE[language].get(target.office_kind) if target else None
    if target is None or line is None:
        return _filled(NEUTRAL[language], person)
    place = _PLACE.get(target.gender, 2)
    style, salutation = line.style[place], line.salutation[place]
    family = family_name(person)
    if "{family}" in salutation and not family:
        salutation = line.salutation[2]
    return _filled(Form(style, salutation.replace("{family}", family), line.closing), person)


def _filled(form: Form, person: str) -> Form:
    """Without a name in it, where there is none to put there."""
    salutation = form.salutation.replace("{person}", person) if person else form.salutation
    return Form(form.style, "Dear Sir or Madam," if "{person}" in salutation else salutation, form.closing)


def close(form: Form, salutation: str) -> str:
    """The closing of a letter that begins with this salutation: in French it is said once more."""
    said = salutation.strip().rstrip(",").removeprefix("Chère ").removeprefix("Cher ")
    return form.closing.replace("{salutation}", said)


def family_name(person: str) -> str:
    """The family name, or nothing where a name of three words could be divided in two ways: nobody is misnamed."""
    words = person.split()
    for at, word in enumerate(words[1:], start=1):
        if word.lower() in PARTICLES:
            return " ".join(words[at:]) if at < len(words) - 1 else ""
    return words[1] if len(words) == TWO else ""


def _spoken(language: str) -> str:
    """The language that the table has for this one: "fr-ca" is French, and what it does not have is English."""
    base = language.partition("-")[0]
    return base if base in TABLE else "en"
