"""The API put together: its routes, its language of problems, and headers that keep every answer out of caches."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tocsin.api.actions import router as actions
from tocsin.api.audit import router as audit
from tocsin.api.campaigns import router as campaigns
from tocsin.api.campaigns import who
from tocsin.api.files import router as files
from tocsin.api.hand_in import router as hand_in
from tocsin.api.letters import router as letters
from tocsin.api.letters import steer
from tocsin.api.links import router as links
from tocsin.api.lists import router as lists
from tocsin.api.mail import router as notices
from tocsin.api.people import consents, supporters
from tocsin.api.problems import answer_problems, as_problems
from tocsin.api.sent import router as sent
from tocsin.api.sets import router as sets
from tocsin.api.targets import router as targets

PROBLEM = {
    "description": "A problem (RFC 9457), with a sentence that says what is wrong and what to do.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}


class Api(NinjaAPI):
    """Every answer is one key's own, and each may be a problem."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = PROBLEM
        return schema

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, application, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = as_problems(pattern.callback)
        return patterns, application, namespace

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return private(super().create_response(*args, **kwargs))


def private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response


api = Api(
    title="Tocsin",
    version="1",
    docs_url=None,  # its page would load scripts from elsewhere
    urls_namespace="api",
)
answer_problems(api)
api.add_router("", who)
api.add_router("campaigns", files)
api.add_router("campaigns", campaigns)
api.add_router("campaigns", hand_in)
api.add_router("campaigns", steer)
api.add_router("campaigns", sets)
api.add_router("campaigns", links)
api.add_router("campaigns", sent)
api.add_router("actions", actions)
api.add_router("letters", letters)
api.add_router("consents", consents)
api.add_router("supporters", supporters)
api.add_router("targets", targets)
api.add_router("lists", lists)
api.add_router("notices", notices)
api.add_router("audit", audit)
