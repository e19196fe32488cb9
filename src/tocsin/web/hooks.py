"""What the mail provider tells us: /hooks/mail/NAME/tracking/ (events) and …/inbound/ (mails that came in).

Anymail's views know how each provider signs and what its words mean; here they are asked, and never answer themselves:

    no, wrong or old signature ──► 403      not that provider ──► 404      unreadable ──► 400
    taken, also for the tenth time ──► 200  the database is away ──► 503, and the provider tries again
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.replies import take_mail
from tocsin.look.policy import private, public
from tocsin.outbox.reported import note_reports

LARGEST_BODY = 10 * 1024 * 1024
# These sign what they send, by keys of their own, so no shared secret is needed as well.
SIGNED_WITH = {
    "mailersend": ("MAILERSEND_SIGNING_SECRET",),
    "mailgun": ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY"),
    "mailtrap": ("MAILTRAP_TRACKING_SECRET",),
    "mandrill": ("MANDRILL_WEBHOOK_KEY",),
    "postal": ("POSTAL_WEBHOOK_KEY",),
    "resend": ("RESEND_SIGNING_SECRET",),
    "sendgrid": ("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",),
    "unisender_go": ("UNISENDER_GO_API_KEY",),
}
# What came in is signed by another key, or by none: then a key for reports says nothing about who hands a mail in.
INBOUND_SIGNED_WITH: dict[str, tuple[str, ...]] = {"resend": ("RESEND_INBOUND_SECRET",), "sendgrid": ()}
# A provider goes on trying for some hours, with the signature of its first attempt.
OLDEST_SIGNATURE = 24 * 3600
log = logging.getLogger(__name__)


@csrf_exempt  # no browser asks here: the provider's signature says who does
def mail_hook(request: HttpRequest, esp: str, what: str) -> HttpResponse:
    """200 once everything in it is noted."""
    view = _view(esp, what)
    if request.method == "HEAD":  # some look whether anybody is here before they send anything
        return _answer(200)
    if request.method != "POST":
        return public(HttpResponseNotAllowed(["HEAD", "POST"]))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return _answer(413)
    if not secured(esp, what):
        return _answer(403)
    if esp == "amazon_ses" and "HTTP_AUTHORIZATION" not in request.META:
        return _answer(401, **{"WWW-Authenticate": 'Basic realm="mail"'})  # it sends the secret only when asked to
    return _taken(request, view, esp)


def secured(esp: str, what: str = "tracking") -> bool:
    """Whether a key or a secret is set that tells the provider from anybody else."""
    keys = SIGNED_WITH.get(esp, ())
    if what == "inbound":
        keys = INBOUND_SIGNED_WITH.get(esp, keys)
    return any(settings.ANYMAIL.get(key) for key in ("WEBHOOK_SECRET", *keys))


def try_provider(esp: str) -> None:
    """Makes what sends and what listens once, which raises a sentence about the key that is missing."""
    import_string(f"anymail.backends.{esp}.EmailBackend")()
    if esp != "scaleway":  # it reports nothing that Anymail understands
        view = _view(esp, "tracking")
        view.view_class(**view.view_initkwargs)


def _view(esp: str, what: str) -> Any:
    """Anymail's view of this provider. 404 for every other provider, and where it has none."""
    if not esp or esp != settings.TOCSIN_ESP:
        raise Http404
    try:
        found = resolve(f"/{'mandrill/tracking' if esp == 'mandrill' else f'{esp}/{what}'}/", urlconf="anymail.urls")
    except Resolver404:
        raise Http404 from None
    return found.func


def _taken(request: HttpRequest, view: Any, esp: str) -> HttpResponse:
    try:
        events = _events(request, view)
        _note(events, esp)
    except AnymailWebhookValidationFailure:
        return _answer(403)
    except (DatabaseError, InterfaceError) as error:
        log.error("a report of the mail provider could not be noted: %s", type(error).__name__)  # noqa: TRY400
        return _answer(503, **{"Retry-After": "30"})
    except ImproperlyConfigured as error:
        log.error("the mail provider's hook: %s", error)  # noqa: TRY400  (a sentence of Anymail's on settings)
        return _answer(403)
    except (AnymailError, SuspiciousOperation, RequestDataTooBig, ValueError, LookupError, TypeError, AttributeError):
        return _answer(400)
    return _answer(200)


def _events(request: HttpRequest, view: Any) -> list[Any]:
    asked = view.view_class(**view.view_initkwargs)
    asked.setup(request)
    asked.run_validators(request)
    _refuse_old(request)
    return list(asked.parse_events(request))


def _refuse_old(request: HttpRequest) -> None:
    """What was signed together with its time is good for a day. Where the provider signs no time there is none here."""
    signed_at = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    if not signed_at and settings.TOCSIN_ESP == "mailgun":
        signed_at = _mailgun_time(request)
    if signed_at and abs(time.time() - float(signed_at)) > OLDEST_SIGNATURE:
        raise AnymailWebhookValidationFailure("an old signature")


def _mailgun_time(request: HttpRequest) -> str:
    if request.content_type == "application/json":
        return str(json.loads(request.body)["signature"]["timestamp"])
    return str(request.POST["timestamp"])


def _note(events: list[Any], esp: str) -> None:
    note_reports([event for event in events if isinstance(event, AnymailTrackingEvent)], esp)
    for event in events:
        if isinstance(event, AnymailInboundEvent) and event.message is not None:
            to = event.message.envelope_recipient
            take_mail(event.message.as_bytes(), [to] if to else [])


def _answer(status: int, **headers: str) -> HttpResponse:
    return private(public(HttpResponse(status=status, headers=headers, content_type="text/plain")))
