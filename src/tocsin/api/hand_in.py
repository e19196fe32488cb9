"""Hands in an action that somebody took on a form of other software: same contract, same row, same answer."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja import Field, Router, Schema

from tocsin.actions.accept import Accepted, NotOpen, ToMend, accept, edition_named
from tocsin.actions.contract import AS_TYPED
from tocsin.actions.letter_contract import answer_name
from tocsin.actions.question_contract import question_name
from tocsin.actions.way_contract import DIVISION, LATER, goes_by_postal_code
from tocsin.api.bodies import Body
from tocsin.api.door import Key, campaign_of
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign, Edition
from tocsin.campaigns.words import FIELD_KINDS, FieldKind
from tocsin.lib.sources import SOURCE_KEYS, source_of
from tocsin.staff.models import Scope
from tocsin.supporters.models import Consent

router = Router(tags=["actions"])
NOT_OPEN = {
    "not_yet": "This campaign is not open yet.",
    "closed": "This campaign is closed.",
    "retired": "This wording is accepted no longer. Show people the newest one, and let them sign that.",
}
IN_THE_BODY = {"consent_": "consents.", "question_": "answers.", "prompt_": "prompts."}
Short = Annotated[str, Field(max_length=400)]


class ActionIn(Body):
    """What one person sent, as the form of the edition asks for it: GET …/editions says what that is. `edition` is the
    wording that they saw; without it the newest of their language. Only what they answered themselves: a box that
    nobody was shown is left out, and then nothing is written down of it."""

    edition: int | None = None
    language: Annotated[str, Field(max_length=10)] = ""
    details: dict[FieldKind, Short]
    subject: str | None = None
    text: str | None = None
    prompts: Annotated[list[str], Field(default_factory=list)]
    answers: Annotated[dict[str, str | bool], Field(default_factory=dict)]
    consents: Annotated[dict[str, bool], Field(default_factory=dict)]
    division: Annotated[str, Field(max_length=120, description="Where they live, if they chose among ridings.")] = ""
    email_as_typed: Annotated[
        bool, Field(description="True where an address that looks mistyped is right as it is: they were asked.")
    ] = False
    source: Annotated[dict[Short, Short], Field(default_factory=dict)]


class HandedInOut(Schema):
    """It is stored, or was before: one action for each person and campaign. Nobody is told which."""

    accepted: bool = True
    edition: int


@router.post("/{campaign}/actions", auth=Key(Scope.HAND_IN_ACTIONS), response={202: HandedInOut})
def hand_in(request: HttpRequest, campaign: int, said: ActionIn) -> HandedInOut:
    """Takes one action. The person gets the campaign's thank-you, and what was consented is kept as given by API. 202
    means stored: screening, counting and letters follow, as for everybody. Sent twice it is one action."""
    found = _edition(campaign_of(request, campaign), said)
    _know_what_is_asked(found, said)
    with translation.override(found.language):
        result = accept(
            found, _form(found, said), source=_source(said), from_us=True, method=str(Consent.Method.API.value)
        )
        if isinstance(result, NotOpen):
            raise Refused(409, NOT_OPEN[result.standing.value])
        if isinstance(result, ToMend):
            problems = [{"field": _place(one.field), "detail": str(one)} for one in result.offer.problems]
            raise Refused(422, "Something is missing, or cannot be. See “errors”.", problems)
    assert isinstance(result, Accepted)  # noqa: S101  (who gets it is never still to be found: see _form)
    return HandedInOut(edition=found.pk)


def _edition(campaign: Campaign, said: ActionIn) -> Edition:
    if said.edition is not None:
        found = edition_named(said.edition)
        if found is None or found.campaign_id != campaign.pk:
            raise _wrong("edition", "This campaign has no such wording: GET …/editions has them all.")
        if said.language not in {"", found.language}:
            raise _wrong("language", "The edition that you name is in another language. Name the one that they saw.")
        return found
    if said.language not in dict(settings.LANGUAGES):
        known = ", ".join(dict(settings.LANGUAGES))
        raise _wrong("language", f"Say in which language ({known}), or name the edition that they saw.")
    newest = Edition.objects.current(campaign, said.language)
    if newest is None:
        raise Refused(409, "This campaign has no page in that language yet.")
    return edition_named(newest.pk) or newest


def _wrong(field: str, detail: str) -> Refused:
    return Refused(422, "Which wording did they see?", [{"field": field, "detail": detail}])


def _know_what_is_asked(edition: Edition, said: ActionIn) -> None:
    """An answer to what this wording does not ask is mistyped, or of another: passed over, it would be lost."""
    purposes = {question["purpose"] for question in edition.words["consents"]}
    keys = {question["key"] for question in edition.words.get("questions", ())}
    unknown = [f"consents.{name}" for name in sorted(said.consents.keys() - purposes)]
    unknown += [f"answers.{name}" for name in sorted(said.answers.keys() - keys)]
    if unknown:
        errors = [{"field": name, "detail": "This wording does not ask it."} for name in unknown]
        raise Refused(422, "Some of this was not asked. See “errors”.", errors)


def _place(field: str) -> str:
    """Where what the form calls so stands in what was sent."""
    for begins, place in IN_THE_BODY.items():
        if field.startswith(begins):
            return place + field.removeprefix(begins)
    return f"details.{field}" if field in FIELD_KINDS else field


def _source(said: ActionIn) -> dict[str, str]:
    return source_of(urlencode({key: said.source[key] for key in SOURCE_KEYS if said.source.get(key)}))


class _Form(dict[str, list[str]]):
    """A posted form, as the contract reads it."""

    def getlist(self, key: str) -> list[Any]:
        return self.get(key, [])


def _form(edition: Edition, said: ActionIn) -> _Form:
    form = _Form({str(kind): [value] for kind, value in said.details.items()})
    form |= {name: [value] for name, value in (("subject", said.subject), ("text", said.text)) if value is not None}
    form |= {answer_name(place): [answer] for place, answer in enumerate(said.prompts)}
    form |= {question_name(key): [_ticked(answer)] for key, answer in said.answers.items()}
    form |= {f"consent_{purpose}": ["yes" if yes else "no"] for purpose, yes in said.consents.items()}
    if said.email_as_typed:
        form[AS_TYPED] = ["yes"]
    if goes_by_postal_code(edition.words):
        # The worker looks it up by the postal code; where that lies in two ridings, it asks by mail.
        form[DIVISION] = [said.division or LATER]
    return form


def _ticked(answer: str | bool) -> str:  # noqa: FBT001  (a value of JSON)
    return ("yes" if answer else "") if isinstance(answer, bool) else answer
