"""The frames that campaigners' scripts run in: one for what is needed, one for each class that is asked about.

No cookie remembers an answer: whoever says yes is shown the frame, and is asked again at the next visit. Without script
the question works as well: it is a form whose answer loads into the frame.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from tocsin.look.policy import cacheable, public
from tocsin.pages.scripts import ConsentClass, Script, read_hosts

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

# Which document beside a page holds the scripts of a class. A path each: caches may ignore what stands behind a “?”.
FRAMES = {
    ConsentClass.NEEDED: "scripts.html",
    ConsentClass.STATISTICS: "scripts-statistics.html",
    ConsentClass.ADVERTISING: "scripts-advertising.html",
}
# The one line in a frame that was said yes to. The colours are the browser's own, so that it is read by night, too.
STYLE = "body,p{margin:0}p{font:600 1rem/1.4 system-ui,sans-serif}"
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader is asked before scripts of a class run; `kind` chooses the sentence in the template."""

    kind: str
    url: str
    hosts: list[str]


@dataclass(frozen=True, slots=True)
class Frames:
    """What an action page has of scripts: the address of those that run at once, and what it asks."""

    needed: str | None = None
    questions: list[Question] = field(default_factory=list)


def frames_of(page: ActionPage, page_path: str) -> Frames:
    """In one query, which costs nothing where there is no script."""
    hosts: dict[str, list[str]] = {}
    for kind, said in page.scripts.served().values_list("consent_class", "hosts"):
        hosts.setdefault(kind, []).append(said)
    asked = [
        Question(kind.value, f"{page_path}{FRAMES[kind]}", read_hosts("\n".join(hosts[kind])))
        for kind in (ConsentClass.STATISTICS, ConsentClass.ADVERTISING)
        if kind in hosts
    ]
    return Frames(f"{page_path}{FRAMES[ConsentClass.NEEDED]}" if ConsentClass.NEEDED in hosts else None, asked)


def scripts_html(page: ActionPage, kind: ConsentClass) -> HttpResponse:
    """The document in one of the frames, if any script of that class is switched on."""
    served = page.scripts.served().filter(consent_class=kind)
    scripts = [script for script in served if script.is_as_approved]
    if not scripts:
        raise Http404
    return scripts_document(scripts, page.locale.language_code, asked=kind is not ConsentClass.NEEDED)


def scripts_document(scripts: list[Script], language: str, *, asked: bool) -> HttpResponse:
    """Exactly the scripts given; where the reader was asked first, below a line that says what their yes did."""
    hosts = read_hosts("\n".join(script.hosts for script in scripts))
    context = {"scripts": scripts, "language": language, "asked": asked, "style": STYLE}
    with translation.override(language):
        html = render_to_string("pages/scripts.html", context)
    response = cacheable(public(HttpResponse(html)))
    response.headers["Content-Security-Policy"] = scripts_policy(hosts, asked=asked)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def scripts_policy(hosts: list[str], *, asked: bool = False) -> str:
    """What the frame may do: run these scripts, talk to these hosts, and nothing of its own origin (`sandbox`)."""
    sources = "".join(f" https://{host}" for host in hosts)
    reach = sources.strip() or "'none'"
    style = f"style-src 'sha256-{_STYLE_DIGEST}'; " if asked else ""
    return (
        f"default-src 'none'; script-src 'unsafe-inline'{sources}; img-src {reach}; connect-src {reach}; {style}"
        "frame-ancestors 'self'; sandbox allow-scripts"
    )
