"""What a column of a file of supporters can mean, by the names that other programs give it, in English and French."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.import_columns import Field

PERSON_FIELDS: tuple[Field, ...] = (
    Field(
        "email",
        _("E-mail address"),
        (
            *("Email", "E-mail", "Email address", "E-mail address", "Supporter email", "Email 1", "Primary email"),
            *("Courriel", "Adresse courriel", "Adresse électronique", "Adresse de courriel"),
        ),
    ),
    Field("given_name", _("First name"), ("First name", "Given name", "Firstname", "First", "Prénom")),
    Field("family_name", _("Last name"), ("Last name", "Family name", "Surname", "Lastname", "Nom de famille")),
    Field("name", _("Whole name"), ("Name", "Full name", "Display name", "Nom complet", "Nom")),
    Field("phone", _("Telephone"), ("Phone", "Phone number", "Telephone", "Mobile", "Téléphone", "Tél", "Cellulaire")),
    Field("city", _("City"), ("City", "Town", "Ville", "Municipalité")),
    Field(
        "province",
        _("Province or territory"),
        ("Province", "State", "Region", "State province", "Province or territory", "Province ou territoire"),
    ),
    Field(
        "postal_code",
        _("Postal code"),
        ("Postal code", "Postcode", "Zip", "Zip code", "Post code", "Code postal"),
    ),
    Field("country", _("Country"), ("Country", "Country code", "Pays")),
    Field("language", _("Language"), ("Language", "Preferred language", "Langue", "Langue préférée", "Locale")),
    Field(
        "agreed_on",
        _("Day on which they agreed"),
        (
            *("Consent date", "Opt in date", "Optin time", "Date of consent", "Agreed on", "Subscribed on"),
            *("Date du consentement", "Date d’inscription"),
        ),
    ),
)
