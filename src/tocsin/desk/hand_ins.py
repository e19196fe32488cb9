"""Hand-in kits at the desk: make one, download it, say who received it, and tell those who wrote."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from PIL import Image, ImageOps, UnidentifiedImageError
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from tocsin.actions.handin import jobs
from tocsin.actions.handin.choose import MOST_IN_A_KIT, Choice, choice, free_letters
from tocsin.actions.handin.record import Received, begin, free, put_away, record_hand_over
from tocsin.actions.handin.store import FILES, KEPT_FOR
from tocsin.actions.handin.typeset import makes_pdf
from tocsin.actions.handin.wording import Asked, proposed_text
from tocsin.actions.models import HandIn
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.again import ask_again
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.remembered import forget, remembered
from tocsin.desk.rights import DECIDE_ON_LETTERS, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, may, of_campaign
from tocsin.desk.target_numbers import targets_of

MOST_BYTES_OF_A_PHOTO = 20 * 1024 * 1024
# What a picture takes in memory goes by its points, whatever its file is: forty million are 120 MB.
MOST_POINTS = 40_000_000
WIDEST_PHOTO = 2000
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")


class KitForm(forms.Form):
    """What the covering letter says; one text for each language."""

    taken_too = forms.BooleanField(
        label=gettext_lazy("Put in letters that its server took already, too"), required=False
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=80, required=False)
    signatory = forms.CharField(
        label=gettext_lazy("Who signs"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Name, and below it the office. It stands under the covering letter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Covering letter in %(language)s") % {"language": name},
                max_length=8000,
                required=False,
                initial=proposed_text(code),
                widget=forms.Textarea(attrs={"rows": 12, "lang": code}),
                help_text=_(
                    "{letters} and {own_words} become numbers, {signed} what these people signed. Left empty, there is "
                    "no such letter."
                ),
            )

    def asked(self) -> Asked:
        said = self.cleaned_data
        texts = {code: said[f"text_{code}"] for code, _name in settings.LANGUAGES}
        return Asked(said["place"], said["signatory"], texts, taken_too=said["taken_too"])


class OverForm(forms.Form):
    """The moment when somebody received it."""

    at = forms.DateTimeField(label=gettext_lazy("When"), widget=AdminDateTimeInput)
    received_by = forms.CharField(label=gettext_lazy("Who received it"), max_length=200)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    photo = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("JPEG, PNG or WebP. Where and with what it was taken is removed from it."),
    )
    tell = forms.BooleanField(
        label=gettext_lazy("Tell everybody whose letter is in it, by mail"),
        required=False,
        help_text=gettext_lazy("One short mail each, in the language they wrote in. Who asked for no more gets none."),
    )

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now():
            raise forms.ValidationError(_("This moment is still to come. Say when it happened."))
        return at

    def clean_photo(self) -> bytes:
        upload = self.cleaned_data["photo"]
        return _redrawn(upload) if upload else b""


@of_campaign(SEE_CAMPAIGNS)
def hand_ins(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return show(
        request,
        "desk/hand_ins.html",
        Frame(title=_("Hand-ins"), icon="folder-open-1", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        hand_ins=campaign.hand_ins.select_related("target"),
    )


@of_campaign(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, campaign: Campaign, target_pk: int) -> HttpResponse:
    """The form, and its button: a kit holds what people wrote, so only those who may read that make one."""
    target = get_object_or_404(targets_of(campaign), pk=target_pk)
    form = KitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _begin(request, campaign, target, form.asked())
    return show(
        request,
        "desk/new_hand_in.html",
        Frame(title=_("Make a hand-in kit"), icon="folder-open-1", crumbs=_crumbs(campaign)),
        status=422 if request.method == "POST" else 200,
        campaign=campaign,
        target=target,
        form=form,
        not_taken=_choice(campaign, target, taken_too=False),
        everything=_choice(campaign, target, taken_too=True),
        most=MOST_IN_A_KIT,
        makes_pdf=makes_pdf(),
    )


def _choice(campaign: Campaign, target: Target, *, taken_too: bool) -> Choice:
    """Among a million letters it takes seconds: then it is what it was a minute ago."""
    return remembered(
        _key(campaign, target, taken_too=taken_too), lambda: choice(campaign, target, taken_too=taken_too)
    )


def _count_anew(campaign: Campaign, target: Target | None) -> None:
    """After a step that takes letters into a kit, or lets them go."""
    for taken_too in (False, True):
        forget(_key(campaign, target, taken_too=taken_too))


def _key(campaign: Campaign, target: Target | None, *, taken_too: bool) -> str:
    return f"kit:{campaign.pk}:{target.pk if target else 0}:{taken_too}"


def _begin(request: HttpRequest, campaign: Campaign, target: Target, asked: Asked) -> HttpResponse:
    if not free_letters(campaign, target, taken_too=asked.taken_too).exists():
        messages.warning(request, _("There is no letter to put into it: each is in a kit, was stopped, or was taken."))
        return HttpResponseRedirect(reverse("campaign:new_hand_in", args=[campaign.pk, target.pk]))
    with transaction.atomic():
        hand_in = begin(campaign=campaign, target=target, made_by_name=name_of(request.user))
        note(request, "hand_in_made", campaign, hand_in=hand_in.pk, target=target.pk)
        jobs.make.enqueue(hand_in.pk, asked.as_json())
    _count_anew(campaign, target)
    return HttpResponseRedirect(_address(hand_in))


@of_campaign(SEE_CAMPAIGNS)
def hand_in(request: HttpRequest, campaign: Campaign, hand_in_pk: int) -> HttpResponse:
    return _page(request, _find(campaign.pk, hand_in_pk), OverForm(initial={"at": timezone.now()}))


@of_campaign(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
@require_POST
@ask_again
def download(request: HttpRequest, campaign: Campaign, hand_in_pk: int) -> StreamingHttpResponse:
    """The open kit. By a button, not by a link: nothing that merely looks ahead may fetch it, and it is logged."""
    found = _find(campaign.pk, hand_in_pk)
    opened = FILES.pieces(found.file) if found.file else None
    if opened is None:
        raise Http404
    note(request, "hand_in_downloaded", found.campaign, hand_in=found.pk)
    response = StreamingHttpResponse(opened, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="hand-in-{found.pk}.zip"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_POST
def over(request: HttpRequest, campaign: Campaign, hand_in_pk: int) -> HttpResponse:
    """Notes who received it, once; its letters and the mails to their writers follow in a job."""
    found = _find(campaign.pk, hand_in_pk)
    form = OverForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    said = form.cleaned_data
    photo = _kept(found, said["photo"])
    with transaction.atomic():
        done = record_hand_over(found, Received(said["at"], said["received_by"], said["note"], photo))
        if done:
            note(request, "hand_in_over", found.campaign, hand_in=found.pk, letters=found.letters.count())
            jobs.handed_over.enqueue(found.pk, tell=bool(said["tell"]))
    if done:
        messages.success(request, _("Written down. Its letters are marked as handed in within minutes."))
    else:
        FILES.remove(photo)
        messages.warning(request, _("This kit cannot be handed over: it is not ready, or it was already."))
    return HttpResponseRedirect(_address(found))


@of_campaign(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
@require_POST
def away(request: HttpRequest, campaign: Campaign, hand_in_pk: int) -> HttpResponse:
    found = _find(campaign.pk, hand_in_pk)
    with transaction.atomic():
        done = put_away(found)
        if done:
            note(request, "hand_in_put_away", found.campaign, hand_in=found.pk)
    if done:
        free(found)
        _count_anew(found.campaign, found.target)
        messages.success(request, _("Put away. Its letters are free for another kit."))
    else:
        messages.warning(request, _("It was handed over, and stays as it is."))
    return HttpResponseRedirect(reverse("campaign:hand_ins", args=[campaign.pk]))


@of_campaign(SEE_CAMPAIGNS)
def photo(request: HttpRequest, campaign: Campaign, hand_in_pk: int) -> FileResponse:  # noqa: ARG001
    found = _find(campaign.pk, hand_in_pk)
    opened = FILES.pieces(found.photo) if found.photo else None
    if opened is None:
        raise Http404
    return FileResponse(io.BytesIO(b"".join(opened)), content_type="image/jpeg")


def _page(request: HttpRequest, found: HandIn, form: OverForm, *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "desk/hand_in.html",
        Frame(
            title=_("Hand-in %(number)s") % {"number": found.pk}, icon="folder-open-1", crumbs=_crumbs(found.campaign)
        ),
        status=status,
        campaign=found.campaign,
        hand_in=found,
        letters=found.letters.count(),
        own_words=found.letters.filter(own_words=True).count(),
        gone_at=found.made_at + KEPT_FOR,
        photo_is_kept=FILES.holds(found.photo),
        form=form,
        may_open=may(request.user, OPEN_PERSONAL_DATA, found.campaign),
        may_decide=may(request.user, DECIDE_ON_LETTERS, found.campaign),
    )


def _find(pk: int, hand_in_pk: int) -> HandIn:
    return get_object_or_404(HandIn.objects.select_related("campaign", "target"), pk=hand_in_pk, campaign_id=pk)


def _address(hand_in: HandIn) -> str:
    return reverse("campaign:hand_in", args=[hand_in.campaign_id, hand_in.pk])


def _crumbs(campaign: Campaign) -> list[Crumb]:
    return [*campaign_crumbs(campaign), (reverse("campaign:hand_ins", args=[campaign.pk]), _("Hand-ins"))]


def _redrawn(upload: Any) -> bytes:
    """The picture and nothing else: painted anew, so that neither place nor device nor a hidden file remains."""
    if upload.size > MOST_BYTES_OF_A_PHOTO:
        raise forms.ValidationError(_("This file is larger than 20 MB. Take a smaller photograph."))
    try:
        with Image.open(upload, formats=PHOTO_FORMATS) as image:
            image.draft("RGB", (WIDEST_PHOTO, WIDEST_PHOTO))
            if image.width * image.height > MOST_POINTS:
                raise forms.ValidationError(_("This picture has too many points. Save it smaller, and take that."))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise forms.ValidationError(_("This is no picture that can be read. Take a JPEG, PNG or WebP.")) from None
    upright.thumbnail((WIDEST_PHOTO, WIDEST_PHOTO))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    data = io.BytesIO()
    bare.save(data, "JPEG", quality=85)
    return data.getvalue()


def _kept(hand_in: HandIn, data: bytes) -> str:
    if not data:
        return ""
    name = FILES.new_name("photo", hand_in.pk)
    with FILES.write(name) as file:
        file.write(data)
    return name
