"""An office that is written down on the path: a target once the campaign is made, and shown before as it will be."""

from __future__ import annotations

from typing import Any

from tocsin.actions.target_changes import follow_new
from tocsin.campaigns.forms_of_address import OFFICE
from tocsin.campaigns.models import Target, TargetWords

# In the outline: kind, gender, person, email, and for each language in `words` the office and the organisation.
type Office = dict[str, Any]


def said_of(office: Office) -> tuple[Target, list[TargetWords]]:
    """The target and how it is addressed, nothing of it stored."""
    words = {language: said for language, said in office.get("words", {}).items() if any(said.values())}
    name = office.get("person") or next((said["office"] for said in words.values() if said.get("office")), "")
    target = Target(
        name=name,
        email=office.get("email", ""),
        office_kind=office.get("kind", OFFICE),
        gender=office.get("gender", ""),
        language=next(iter(words), "en"),
    )
    return target, [_words(target, language, office, said) for language, said in words.items()]


def _words(target: Target, language: str, office: Office, said: dict[str, str]) -> TargetWords:
    return TargetWords(
        target=target,
        language=language,
        person=office.get("person", ""),
        office=said.get("office", ""),
        organisation=said.get("organisation", ""),
    )


def is_whole(office: Office) -> bool:
    """Whether letters to it would have an address and somebody to greet."""
    target, _in_words = said_of(office)
    return bool(target.email and target.name)


def new_office(office: Office) -> Target:
    target, in_words = said_of(office)
    target.save()
    for words in in_words:
        words.target = target
        words.save()
    follow_new(target)
    return target


def words_in(office: Office, language: str) -> TargetWords:
    """How it will be addressed in one language."""
    target, in_words = said_of(office)
    found = next((words for words in in_words if words.language == language), None)
    return found or TargetWords(target=target, language=language, person=office.get("person", ""))
