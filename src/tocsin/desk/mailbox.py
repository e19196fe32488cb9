"""The mailbox of an installation that sends nothing: every mail that would have left, to look at."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.rights import OPEN_PERSONAL_DATA, only
from tocsin.outbox.mailbox import OpenedMail, mail_in_mailbox, mails_in_mailbox

A_SCREENFUL = 50


@only(OPEN_PERSONAL_DATA)
def mails(request: HttpRequest) -> HttpResponse:
    """The newest first. Only the files of the screenful that is shown are read."""
    _only_where_mail_becomes_files()
    page = _page(request)
    found = mails_in_mailbox(A_SCREENFUL + 1, (page - 1) * A_SCREENFUL)
    return show(
        request,
        "desk/mailbox.html",
        Frame(title=_("Mailbox"), icon="mail"),
        mails=found[:A_SCREENFUL],
        newer=page - 1,
        older=page + 1 if len(found) > A_SCREENFUL else 0,
    )


@only(OPEN_PERSONAL_DATA)
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its headers and its text. HTML is said to be there and never rendered. That it was opened is logged: it
    may be a person's letter."""
    found = _opened(request, name, "mail_opened")
    return show(
        request,
        "desk/mail.html",
        Frame(
            title=found.file.subject or _("A mail without a subject"),
            icon="mail",
            crumbs=[(reverse("desk_mailbox"), _("Mailbox"))],
        ),
        mail=found,
    )


@only(OPEN_PERSONAL_DATA)
def raw(request: HttpRequest, name: str) -> HttpResponse:
    """The file itself, byte for byte, to keep or to open in a mail program; never shown as a page."""
    found = _opened(request, name, "mail_downloaded")
    response = HttpResponse(found.data, content_type="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _opened(request: HttpRequest, name: str, entry: str) -> OpenedMail:
    """Written down before it is shown. The log knows the mail by its reference."""
    _only_where_mail_becomes_files()
    found = mail_in_mailbox(name)
    if found is None:
        raise Http404
    note(request, entry, request.user, mail=name.partition("-")[2].removesuffix(".eml"))  # type: ignore[arg-type]
    return found


def _only_where_mail_becomes_files() -> None:
    if settings.TOCSIN_MAIL_URL.scheme != "mailbox":
        raise Http404


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("p", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 and int(asked) else 1
