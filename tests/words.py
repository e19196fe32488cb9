"""The words of an edition, as publishing makes them, for tests that need no page."""

from __future__ import annotations

from typing import Any, cast

from django.http import QueryDict

from tocsin.campaigns.words import EditionWords, QuestionWords

OFFERED = "I ask you to end the agreement.\n\nPeople are locked up because of it."


def words(**changes: Any) -> EditionWords:
    """An English letter to one minister that asks for everything; `changes` replace whole keys."""
    made: dict[str, Any] = {
        "version": 1,
        "campaign": 1,
        "kind": "letter",
        "language": "en",
        "page_path": "/en/act-now/",
        "title": "Act now",
        "demand": "End the agreement.",
        "form_headline": "Write to the Minister",
        "form_intro": "",
        "button": "Send my letter",
        "petition_text": "",
        "letter": {
            "mode": "editable",
            "subject": "End the agreement",
            "text": OFFERED,
            "closing": "Sincerely,",
            "talking_points": [],
        },
        "targets": [target()],
        "fields": [
            question("given_name"),
            question("family_name"),
            question("email"),
            question("city", required=False),
            question("postal_code"),
            question("province", required=False),
            question("country", required=False),
            question("phone", required=False),
        ],
        "consents": [
            {"purpose": "news", "text": "Write to me about this and other campaigns.", "control": "box"},
        ],
        "data_note": "The Minister gets your name, e-mail address and postal code with your letter.",
        "thanks": {
            "headline": "Thank you",
            "html": "<p>Your letter is on its way.</p>",
            "mail_subject": "Thank you for your letter",
            "mail_text": "Dear {name},\n\nthank you for your letter.",
        },
        "share": {"text": "I wrote to the Minister. Will you?", "image_url": ""},
        "brand": {
            "organisation": "Rights Org",
            "logo_url": "",
            "logo_alt": "",
            "accent": "#8a1538",
            "accent_dark": "#ff9db5",
            "footer": "",
            "privacy_url": "",
            "postal_address": "1 Main Street\nOttawa ON  K1A 0A6",
            "contact": "contact@rights.example",
        },
    }
    return cast("EditionWords", made | changes)


def target(number: int = 1) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Minister of Immigration",
        "address": ["The Honourable", "Minister of Immigration", "Government of Canada"],
        "greeting": "Dear Minister,",
    }


def question(kind: str, *, required: bool = True) -> dict[str, Any]:
    return {"kind": kind, "label": kind.replace("_", " ").capitalize(), "help": "", "required": required}


def filled(**changes: str | list[str] | None) -> QueryDict:
    """A form filled in well; `changes` replace fields, None leaves one out, a list sends it more than once."""
    fields: dict[str, str | list[str] | None] = {
        "given_name": "Jane",
        "family_name": "Doe",
        "email": "jane@example.org",
        "city": "Ottawa",
        "postal_code": "K1A 0A6",
        "subject": "End the agreement",
        "text": OFFERED,
        "homepage": "",
    }
    fields |= changes
    posted = QueryDict(mutable=True)
    for name, value in fields.items():
        if value is not None:
            posted.setlist(name, value if isinstance(value, list) else [value])
    return posted


def own_question(key: str = "heard_of_us", control: str = "choice", **changes: Any) -> QuestionWords:
    """A question of the campaigner's own; one of two may be chosen, unless told otherwise."""
    made = {
        "key": key,
        "text": f"What of {key}?",
        "help": "",
        "control": control,
        "options": ["A friend", "The news"] if control == "choice" else [],
        "required": False,
    }
    return cast("QuestionWords", made | changes)


def only_if(key: str = "heard_of_us", *answers: str) -> dict[str, Any]:
    """The condition of a question that waits for one of these answers, or for a box."""
    return {"key": key, "answers": list(answers)}
