"""Which column of a file means what: guessed from its name, in English and French, as parliaments write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.targeting.names import plain_name


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column can mean. `called` are the names that such a column has."""

    name: str
    label: Promise
    called: tuple[str, ...]


FIELDS: tuple[Field, ...] = (
    Field("name", _("Name"), ("Name", "Full name", "Nom complet", "Person", "Representative", "Display name")),
    Field("first_name", _("First name"), ("First name", "Given name", "Prénom")),
    Field("last_name", _("Last name"), ("Last name", "Family name", "Surname", "Nom de famille", "Nom")),
    Field(
        "honorific",
        _("Title before the name (Hon., Ms.)"),
        ("Honorific title", "Honorific", "Title", "Prefix", "Style", "Salutation title", "Titre honorifique", "Titre"),
    ),
    Field(
        "email",
        _("E-mail address"),
        ("Email", "E-mail", "Email address", "E-mail address", "Courriel", "Adresse courriel", "Adresse électronique"),
    ),
    Field("other_email", _("Second e-mail address"), ("Email 2", "Other email", "Second email", "Autre courriel")),
    Field(
        "division_name",
        _("Riding"),
        (
            "Constituency",
            "Riding",
            "District name",
            "District",
            "Electoral district",
            "Circonscription",
            "Nom de la circonscription",
        ),
    ),
    Field("division", _("Division (Open Civic Data)"), ("Division", "OCD ID", "OCD division", "Division ID")),
    Field(
        "match",
        _("Answer that leads here"),
        (
            "Match",
            "Answer",
            "Province / Territory",
            "Province",
            "Province or territory",
            "Country",
            "City",
            "Réponse",
            "Province / Territoire",
            "Province ou territoire",
            "Pays",
            "Ville",
        ),
    ),
    Field(
        "party",
        _("Party"),
        ("Party", "Political affiliation", "Party name", "Caucus", "Parti", "Affiliation politique", "Parti politique"),
    ),
    Field("office_kind", _("Kind of office"), ("Office kind", "Elected office", "Primary role", "Genre de fonction")),
    Field("style_en", _("Title before the name, in English"), ("Style EN", "Style (EN)")),
    Field("style_fr", _("Title before the name, in French"), ("Style FR", "Style (FR)")),
    Field("person_en", _("Name in letters, in English"), ("Person EN", "Person (EN)")),
    Field("person_fr", _("Name in letters, in French"), ("Person FR", "Person (FR)")),
    Field(
        "office_en", _("Office, in English"), ("Office", "Position", "Job title", "Role", "Office EN", "Office (EN)")
    ),
    Field(
        "office_fr", _("Office, in French"), ("Fonction", "Poste", "Office FR", "Office (FR)", "Fonction (FR)", "Rôle")
    ),
    Field(
        "organisation_en",
        _("Organisation, in English"),
        (
            "Organisation",
            "Organization",
            "Institution",
            "Department",
            "Company",
            "Organisation EN",
            "Organisation (EN)",
        ),
    ),
    Field(
        "organisation_fr",
        _("Organisation, in French"),
        ("Organisation FR", "Organisation (FR)", "Ministère", "Organisme", "Entreprise"),
    ),
    Field("salutation_en", _("Salutation, in English"), ("Salutation", "Salutation EN", "Salutation (EN)")),
    Field(
        "salutation_fr", _("Salutation, in French"), ("Formule d’appel", "Salutation FR", "Salutation (FR)", "Appel")
    ),
    Field("language", _("Preferred language"), ("Language", "Preferred language", "Langue", "Langue préférée")),
    Field("gender", _("Gender"), ("Gender", "Sex", "Genre", "Sexe")),
    Field("phone", _("Telephone"), ("Phone", "Telephone", "Phone number", "Téléphone", "Tel", "Tél")),
    Field(
        "postal_address",
        _("Postal address"),
        ("Address", "Postal address", "Mailing address", "Adresse", "Adresse postale"),
    ),
    Field("mode", _("How letters arrive"), ("Mode", "Delivery")),
    Field("per_hour_by_day", _("Letters an hour by day"), ("Per hour by day",)),
    Field("per_hour_by_night", _("Letters an hour by night"), ("Per hour by night",)),
    Field("time_zone", _("Time zone"), ("Time zone", "Fuseau horaire")),
    Field("status", _("Still in office?"), ("Status", "Statut")),
    Field("external_id", _("Number or name in your own list"), ("ID", "External ID", "Identifier", "Identifiant")),
)
LABELS: Mapping[str, Promise] = {field.name: field.label for field in FIELDS}


def guess(columns: list[str], fields: tuple[Field, ...] = FIELDS) -> dict[str, int]:
    """The column for each field, by their names; the first of two that mean the same."""
    meanings = {plain_name(called): field.name for field in fields for called in field.called}
    found: dict[str, int] = {}
    for at, column in enumerate(columns):
        meaning = meanings.get(plain_name(column))
        if meaning:
            found.setdefault(meaning, at)
    # "Nom" beside « Prénom » is the family name; alone it is the whole one.
    if "last_name" in found and "first_name" not in found and "name" not in found:
        found["name"] = found.pop("last_name")
    return found
