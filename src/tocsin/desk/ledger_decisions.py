"""What a second person does with lines of the ledger: looks at what shows them, approves or refuses them."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.campaigns import evidence
from tocsin.campaigns.ledger import TakesTooMany, decide_on
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of, said_of
from tocsin.desk.rights import APPROVE_ENTRIES, SEE_CAMPAIGNS, SEE_EVIDENCE, of_campaign

LONGEST_REASON = 400


@require_POST
@of_campaign(SEE_CAMPAIGNS, APPROVE_ENTRIES)
def decide(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Approves or refuses the lines that were ticked, each once; those of one's own stay as they are."""
    approved, reason = "approve" in request.POST, request.POST.get("why", "").strip()[:LONGEST_REASON]
    ticked = CounterEntry.objects.filter(campaign=campaign, pk__in=_numbers(request.POST.getlist("line")))
    if not ticked:
        messages.warning(request, _("Tick the lines first."))
    elif not approved and not reason:
        messages.error(request, _("Nothing was refused: say why. Whoever added the line reads it."))
    else:
        _decide(request, campaign, list(ticked), reason, approved=approved)
    return HttpResponseRedirect(reverse("campaign:ledger", args=[campaign.pk]))


def _decide(
    request: HttpRequest, campaign: Campaign, ticked: list[CounterEntry], reason: str, *, approved: bool
) -> None:
    done, too_many = _decided(request, campaign, ticked, "" if approved else reason, approved=approved)
    if done and approved:
        messages.success(request, said_of(campaign, len(done), waits=False))
    elif done:
        said = ngettext(
            "Refused. It stays in the ledger, with why, and counts nobody.",
            "%(lines)s lines were refused. They stay in the ledger, with why, and count nobody.",
            len(done),
        )
        messages.success(request, said % {"lines": len(done)})
    _tell_of_those_left(request, len(ticked) - len(done) - len(too_many), too_many)


def _tell_of_those_left(request: HttpRequest, left: int, too_many: dict[CounterEntry, str]) -> None:
    for line, why in too_many.items():
        said = _("Line %(number)s was not approved and still waits. %(why)s")
        messages.error(request, said % {"number": line.pk, "why": why})
    if left:
        messages.warning(
            request,
            ngettext(
                "%(left)s line is as it was: it is your own, or somebody else was faster.",
                "%(left)s lines are as they were: they are your own, or somebody else was faster.",
                left,
            )
            % {"left": left},
        )


@transaction.atomic
def _decided(
    request: HttpRequest, campaign: Campaign, ticked: list[CounterEntry], reason: str, *, approved: bool
) -> tuple[list[CounterEntry], dict[CounterEntry, str]]:
    """Those that were decided on now, each with its line in the log; and those that would take away too many."""
    done, too_many = list[CounterEntry](), dict[CounterEntry, str]()
    # What adds people comes first: what takes back may be meant for those.
    for line in sorted(ticked, key=lambda line: -line.people):
        try:
            if decide_on(line, request.user, name_of(request.user), approved=approved, reason=reason):
                done.append(line)
        except TakesTooMany as why:
            too_many[line] = str(why)
    for line in done:
        note(request, "entry_approved" if approved else "entry_refused", campaign, line=line.pk, people=line.people)
    return done, too_many


def _numbers(posted: list[str]) -> list[int]:
    return [int(one) for one in posted if one.isascii() and one.isdigit() and len(one) < 19]


@require_POST
@of_campaign(SEE_CAMPAIGNS, SEE_EVIDENCE)
def download(request: HttpRequest, campaign: Campaign, entry_pk: int) -> StreamingHttpResponse:
    """What shows a line, opened. By a button, not by a link: nothing that merely looks ahead may fetch it, and it is
    logged. Always saved, never shown: a file that somebody sent in gets no page of ours to run on."""
    entry = get_object_or_404(CounterEntry, pk=entry_pk, campaign=campaign)
    kind, opened = evidence.kind_named(entry.evidence), evidence.FILES.pieces(entry.evidence)
    if opened is None:
        raise Http404
    note(request, "evidence_opened", campaign, line=entry.pk)
    response = StreamingHttpResponse(opened, content_type=evidence.CONTENT_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{entry.pk}.{kind}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
