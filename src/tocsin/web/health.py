"""Whether this process lives, and whether it can do its work: for monitors and for whoever starts it."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from tocsin.look.policy import private, public


def alive(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return private(public(HttpResponse("alive\n", content_type="text/plain")))


def ready(_request: HttpRequest) -> HttpResponse:
    """200 if the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return private(public(JsonResponse({"database": "away"}, status=503)))
    return private(public(JsonResponse({"database": "here"})))
