"""Who may come in: the key that a request shows, what it may do, and which campaigns it opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from ninja.security import HttpBearer

from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign
from tocsin.lib.readeraddress import reader_address
from tocsin.staff import audit
from tocsin.staff.key_ring import key_shown, note_use
from tocsin.staff.models import ApiKey, Scope


class Key(HttpBearer):
    """Opens to whoever shows a key with this scope: “Authorization: Bearer tocsin_…”. Without one, to every key."""

    openapi_bearerFormat = "tocsin_…"  # noqa: N815  (OpenAPI's name)

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey:
        found = super().__call__(request)
        if not isinstance(found, ApiKey):
            raise Refused(401, "Show a key: “Authorization: Bearer tocsin_…”. An administrator makes one at the desk.")
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = key_shown(token)
        if key is None:
            raise Refused(401, "There is no such key.")
        if not key.works:
            raise Refused(401, "This key works no longer: it ran out, or was ended. Ask an administrator for another.")
        if not key.opens_from(address_of(request)):
            refuse(request, key, "This key may not be used from this address.")
        if self.scope is not None:
            demand(request, key, self.scope)
        note_use(key)
        return key


def demand(request: HttpRequest, key: ApiKey, scope: Scope) -> None:
    if not key.may(scope):
        refuse(request, key, f"This key may not do that: it lacks “{scope.value}”.")


def refuse(request: HttpRequest, key: ApiKey, why: str) -> None:
    """403, and a line of the audit log that says which key tried which door."""
    note(request, "refused", kind="refused", key=key, about=door_of(request), method=request.method)
    raise Refused(403, why)


def door_of(request: HttpRequest) -> str:
    """The address without what stands in its places: somebody may have put a person there."""
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


def key_of(request: HttpRequest) -> ApiKey:
    """The key that this request came in with."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja
    return key


def name_of(request: HttpRequest) -> str:
    """Who did it, in logs and records: the program, and no person."""
    return f"API · {key_of(request).name}"


def campaigns_of(request: HttpRequest) -> QuerySet[Campaign]:
    key = key_of(request)
    return Campaign.objects.filter(pk=key.campaign_id) if key.campaign_id else Campaign.objects.all()


def campaign_of(request: HttpRequest, number: int) -> Campaign:
    """Raises 404 also where there is such a campaign, and this key does not open it."""
    found = campaigns_of(request).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def campaigns_asked(request: HttpRequest, number: int | None) -> int | None:
    """Which campaign a list is narrowed to: the one that is asked for, or the key's own; None for all."""
    return campaign_of(request, number).pk if number is not None else key_of(request).campaign_id


def for_the_whole_site(request: HttpRequest) -> None:
    """What belongs to no single campaign is opened by a key of the whole site alone."""
    if key_of(request).campaign_id is not None:
        refuse(request, key_of(request), "This key is for one campaign, and this belongs to all of them.")


def address_of(request: HttpRequest) -> str:
    return reader_address(request.META, settings.TOCSIN_TRUSTED_PROXIES)


def note(  # noqa: PLR0913  (what a line of the log says)
    request: HttpRequest,
    what: str,
    *,
    kind: str,
    about: str = "",
    campaign: int | None = None,
    key: ApiKey | None = None,
    **details: Any,
) -> None:
    """One line of the audit log, in the name of the key. No personal data goes into it."""
    key = key or key_of(request)
    audit.write(
        what,
        kind=kind,
        who_name=f"API · {key.name}",
        about=about,
        campaign_ref=campaign or key.campaign_id,
        details={"key": key.prefix, **details},
        address=address_of(request),
    )


def note_people_read(request: HttpRequest, what: str, rows: Sequence[Model], campaign: int | None, **more: Any) -> None:
    """Which rows were read, so that it can be told later whose they were."""
    first, last = (rows[0].pk, rows[-1].pk) if rows else (0, 0)
    said: dict[str, Any] = {"rows": len(rows), "from": first, "to": last, **more}
    note(request, "api_people_read", kind="people", about=what, campaign=campaign, **said)
