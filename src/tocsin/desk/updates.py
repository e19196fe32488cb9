"""Updates at the desk: written, looked at, tried on oneself, let go after a last question, watched, and stopped."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.actions.models import Update
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.actions.updates import steer
from tocsin.actions.updates.audience import people_in
from tocsin.actions.updates.compose import Wording
from tocsin.campaigns.models import Campaign
from tocsin.desk.again import ask_again
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import SEE_CAMPAIGNS, WRITE_UPDATES, may, of_campaign, refuse
from tocsin.desk.update_fates import progress_of
from tocsin.desk.update_form import UpdateForm
from tocsin.desk.update_people import counted_audience
from tocsin.desk.update_words import languages_named, what_keeps_it
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.post import address_digest

State = Update.State
ON_ITS_WAY = (State.SENDING, State.PAUSED)
# Of what was stopped nothing leaves any more, and a draft has no copies.
MAY_BE_TRIED_AGAIN = (*ON_ITS_WAY, State.SENT)
ICON = "mail"
IN_TEST_MODE = gettext_lazy(
    "This campaign is in test mode, and nobody gets an update from it. Take the test address away in the settings "
    "before you let this one go on."
)
# A frame of nothing but what is in it.
MAIL_ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"


@of_campaign(SEE_CAMPAIGNS)
def updates(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return show(
        request,
        "desk/updates.html",
        Frame(title=_("Updates"), icon=ICON, crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        updates=campaign.updates.all()[:200],
        published=bool(steer.languages_of(campaign)),
        may_write=may(request.user, WRITE_UPDATES, campaign),
    )


@of_campaign(SEE_CAMPAIGNS, WRITE_UPDATES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    if not steer.languages_of(campaign):
        messages.warning(request, _("Publish a page first: its language and your name on it are those of the mail."))
        return HttpResponseRedirect(reverse("campaign:updates", args=[campaign.pk]))
    return _write(request, campaign, Update(written_by_name=name_of(request.user)), _("Write an update"))


@of_campaign(SEE_CAMPAIGNS, WRITE_UPDATES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, campaign: Campaign, update_pk: int) -> HttpResponse:
    found = _find(campaign, update_pk)
    if found.state != State.DRAFT:
        return _too_late(request, found)
    return _write(request, campaign, found, _("Change the update"))


def _write(request: HttpRequest, campaign: Campaign, update: Update, title: str) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = UpdateForm(campaign, posted, instance=update, everywhere=may(request.user, WRITE_UPDATES))
    if request.method == "POST" and form.is_valid():
        return _keep(request, form)
    return show(
        request,
        "desk/update_form.html",
        Frame(title=title, icon=ICON, crumbs=_crumbs(campaign)),
        status=422 if request.method == "POST" else 200,
        campaign=campaign,
        update=update,
        form=form,
    )


def _keep(request: HttpRequest, form: UpdateForm) -> HttpResponse:
    with transaction.atomic():
        saved = _saved(form)
        if saved:
            note(request, "update_written", form.instance.campaign, update=form.instance.pk)
    return HttpResponseRedirect(_address(form.instance)) if saved else _too_late(request, form.instance)


def _saved(form: UpdateForm) -> bool:
    """False where it was let go before its change was saved."""
    if form.instance.pk is not None:
        return form.save_over_draft()
    form.save()
    return True


def _too_late(request: HttpRequest, found: Update) -> HttpResponse:
    messages.warning(request, _("It is on its way: its words stay as they are."))
    return HttpResponseRedirect(_address(found))


@of_campaign(SEE_CAMPAIGNS)
def update(request: HttpRequest, campaign: Campaign, update_pk: int) -> HttpResponse:
    """A draft with how it looks and whom it reaches; one on its way with how far it got."""
    found = _find(campaign, update_pk)
    draft = found.state == State.DRAFT
    return show(
        request,
        "desk/update.html",
        Frame(title=_title(found), icon=ICON, crumbs=_crumbs(campaign)),
        campaign=campaign,
        update=found,
        languages=languages_named(found),
        progress=None if draft else progress_of(found),
        may_write=may(request.user, WRITE_UPDATES, campaign),
        may_send=_may_send(request, found),
        in_test_mode=IN_TEST_MODE if campaign.test_address and found.state in ON_ITS_WAY else "",
        **(_audience(found) if draft else {}),
    )


def _may_send(request: HttpRequest, found: Update) -> bool:
    """Whoever writes for one campaign reaches its own people alone."""
    beyond = found.audience == Update.Audience.AGREED
    return may(request.user, WRITE_UPDATES, None if beyond else found.campaign)


def _audience(found: Update) -> dict[str, Any]:
    counted = counted_audience(found)
    people = people_in(counted)
    return {
        "counted": counted,
        "people": people,
        "keeps_it": what_keeps_it(found, people),
        "hours": people / found.per_hour if found.per_hour else None,
    }


@of_campaign(SEE_CAMPAIGNS)
@xframe_options_sameorigin
def preview(request: HttpRequest, campaign: Campaign, update_pk: int, language: str) -> HttpResponse:
    """The mail as its reader sees it, in a frame of its own."""
    found = _find(campaign, update_pk)
    edition = steer.languages_of(campaign).get(language)
    if edition is None or language not in found.words:
        raise Http404
    stop = unsubscribe_url(edition.pk, address_digest(str(getattr(request.user, "email", "")) or "nobody"))
    response = HttpResponse(Wording(found, edition).html(_("Jane"), stop))
    response.headers["Content-Security-Policy"] = MAIL_ALONE
    return response


@of_campaign(SEE_CAMPAIGNS, WRITE_UPDATES)
@require_POST
def test(request: HttpRequest, campaign: Campaign, update_pk: int) -> HttpResponse:
    """One copy in each language to whoever asks; in test mode, to the campaign's test address."""
    found = _find(campaign, update_pk)
    to_address = campaign.test_address or str(getattr(request.user, "email", ""))
    if not to_address:
        messages.error(request, _("Your account has no e-mail address. Add one under “Account”, and try again."))
    elif _tested(request, found, to_address):
        messages.success(
            request, _("On its way to %(address)s. Read it there, in each language.") % {"address": to_address}
        )
    else:
        said = _("No mail can be sent to %(address)s. Give another address, and try again.")
        messages.error(request, said % {"address": to_address})
    return HttpResponseRedirect(_address(found))


def _tested(request: HttpRequest, found: Update, to_address: str) -> bool:
    try:
        with transaction.atomic():
            for code, _name in languages_named(found):
                steer.send_test(found, code, to_address)
            note(request, "update_tested", found.campaign, update=found.pk)
    except CannotBeMailed:
        return False
    return True


@of_campaign(SEE_CAMPAIGNS, WRITE_UPDATES)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, campaign: Campaign, update_pk: int) -> HttpResponse:
    """The last question, with the number of people. Nothing leaves before its button, and nothing but what was shown
    with it. Whoever writes for one campaign reaches its own people alone."""
    found = _find(campaign, update_pk)
    if found.state != State.DRAFT:
        return HttpResponseRedirect(_address(found))
    if not _may_send(request, found):
        refuse(request, campaign.pk)
    audience = _audience(found)
    if request.method == "POST" and not audience["keeps_it"]:
        return _let_go(request, found, audience["people"])
    return show(
        request,
        "desk/update_send.html",
        Frame(title=_("Send this update?"), icon=ICON, crumbs=[*_crumbs(campaign), (_address(found), _title(found))]),
        status=422 if request.method == "POST" else 200,
        campaign=campaign,
        update=found,
        **audience,
    )


def _let_go(request: HttpRequest, found: Update, people: int) -> HttpResponse:
    """Only what stood beside the button: a colleague may have changed the draft since."""
    with transaction.atomic():
        begun = request.POST.get("seen") == found.fingerprint and steer.let_go(found, people, name_of(request.user))
        if begun:
            note(request, "update_begun", found.campaign, update=found.pk, people=people, audience=found.audience)
    if begun:
        messages.success(request, _("It is let go. Pause or stop it here whenever you must."))
        return HttpResponseRedirect(_address(found))
    messages.warning(request, _("Somebody was faster: it is no longer what you saw. Look at it once more."))
    return HttpResponseRedirect(request.path)


@of_campaign(SEE_CAMPAIGNS, WRITE_UPDATES)
@require_POST
def step(request: HttpRequest, campaign: Campaign, update_pk: int, step: str) -> HttpResponse:
    """Pause, resume, stop, try held copies again; or put a draft away."""
    found = _find(campaign, update_pk)
    if step == "discard":
        return _discard(request, found)
    if step in {"resume", "release"}:
        if not _may_send(request, found):
            refuse(request, campaign.pk)
        if campaign.test_address:
            messages.error(request, IN_TEST_MODE)
            return HttpResponseRedirect(_address(found))
    if step == "release":
        return _release(request, found)
    done = {"pause": steer.pause, "resume": steer.resume, "stop": steer.stop}.get(step)
    if done is None:
        raise Http404
    with transaction.atomic():
        if done(found):
            note(request, f"update_{step}", found.campaign, update=found.pk)
    return HttpResponseRedirect(_address(found))


def _release(request: HttpRequest, found: Update) -> HttpResponse:
    """Written down first: there may be many, and whoever signs meanwhile waits for none of them."""
    if found.state not in MAY_BE_TRIED_AGAIN:  # a colleague stopped it meanwhile; its page says so
        return HttpResponseRedirect(_address(found))
    note(request, "update_release", found.campaign, update=found.pk)
    copies = steer.release_held(found)
    number = number_format(copies, force_grouping=True)
    said = ngettext("%(number)s copy is tried again.", "%(number)s copies are tried again.", copies)
    messages.success(request, said % {"number": number})
    return HttpResponseRedirect(_address(found))


def _discard(request: HttpRequest, found: Update) -> HttpResponse:
    with transaction.atomic():
        gone = Update.objects.filter(pk=found.pk, state=State.DRAFT).delete()[0]
        if gone:
            note(request, "update_discarded", found.campaign, update=found.pk)
    if gone:
        messages.success(request, _("The draft is gone."))
    return HttpResponseRedirect(reverse("campaign:updates", args=[found.campaign_id]))


def _find(campaign: Campaign, update_pk: int) -> Update:
    found: Update = get_object_or_404(Update.objects.select_related("campaign"), pk=update_pk, campaign=campaign)
    return found


def _title(found: Update) -> str:
    return found.subject or _("Update")


def _address(found: Update) -> str:
    return reverse("campaign:update", args=[found.campaign_id, found.pk])


def _crumbs(campaign: Campaign) -> list[Crumb]:
    return [*campaign_crumbs(campaign), (reverse("campaign:updates", args=[campaign.pk]), _("Updates"))]
