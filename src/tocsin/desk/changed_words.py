"""The question about words that changed after people had signed them: what follows, said publicly or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from tocsin.campaigns.changed_words import Decision, answer_open_notes, open_notes
from tocsin.campaigns.models import Campaign, EditionNote
from tocsin.campaigns.parts import Changed, changed_parts
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import CHANGE_CAMPAIGNS, of_campaign
from tocsin.lib.differing import shortened

Answer = EditionNote.Answer
LONGEST = 500


class AnswerForm(forms.Form):
    """One answer for all languages whose words changed, with a sentence in each of them."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What follows from it?"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what follows from the change.")},
    )

    def __init__(self, notes: Sequence[EditionNote], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in notes:
            self.fields[f"sentence_{one.language}"] = self._sentence(one.language)
        self.fields["reason"] = self._text(_("Why nothing follows"), _("One sentence for your colleagues."))

    def _sentence(self, language: str) -> forms.CharField:
        label = _("What the page says of it, in this language: %(language)s") % {
            "language": dict(settings.LANGUAGES).get(language, language)
        }
        return self._text(label, _("Like “We put right the name of the law.” The page shows what changed below it."))

    def _text(self, label: str, help_text: str) -> forms.CharField:
        area = forms.Textarea(attrs={"rows": 2})
        return forms.CharField(label=label, help_text=help_text, required=False, max_length=LONGEST, widget=area)

    @property
    def sentences(self) -> dict[str, str]:
        named = {name.removeprefix("sentence_"): text for name, text in self.cleaned_data.items()}
        return {language: str(text) for language, text in named.items() if f"sentence_{language}" in self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        answer = cleaned.get("answer")
        if answer == Answer.KEPT and not cleaned.get("reason"):
            self.add_error("reason", _("Say in a sentence why nothing follows."))
        for name in self.fields:
            if name.startswith("sentence_") and answer in {Answer.CORRECTION, Answer.NEW_SIGNATURES}:
                self._require(name, cleaned)
        return cleaned

    def _require(self, name: str, cleaned: dict[str, Any]) -> None:
        if name not in self.errors and not cleaned.get(name):
            self.add_error(name, _("Say in a sentence what was changed: the page shows it."))


@of_campaign(CHANGE_CAMPAIGNS)
def changed_words(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Asks, and takes the answer. What changed again while it was read is asked anew."""
    notes = list(open_notes(campaign).select_related("before", "after").order_by("language"))
    if not notes:
        return HttpResponseRedirect(reverse("campaign:editions", args=[campaign.pk]))
    form = AnswerForm(notes, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _answered(request, campaign, notes, form)
    return show(
        request,
        "desk/changed_words.html",
        Frame(title=_("The words have changed"), icon="history", crumbs=campaign_crumbs(campaign)),
        status=422 if form.is_bound else 200,
        campaign=campaign,
        changes=[(one, _difference(one)) for one in notes],
        form=form,
    )


def _difference(one: EditionNote) -> list[Changed]:
    changed = changed_parts(one.before.words, one.after.words, signed_only=True)
    return [Changed(part.part, shortened(part.pieces)) for part in changed]


def _answered(request: HttpRequest, campaign: Campaign, notes: Sequence[EditionNote], form: AnswerForm) -> HttpResponse:
    answer = form.cleaned_data["answer"]
    decision = Decision(answer, _name(request.user), form.sentences, form.cleaned_data["reason"])
    answered = answer_open_notes(campaign=campaign, decision=decision, asked=_asked(request, notes))
    if not answered:
        messages.warning(request, _("The words changed again while you read. Please look once more."))
        return HttpResponseRedirect(request.path)
    note(request, "words_answered", campaign, answer=answer, editions=[one.after.number for one in notes])
    messages.success(request, _("Kept. You find it under Editions."))
    return HttpResponseRedirect(reverse("campaign:editions", args=[campaign.pk]))


def _name(person: Any) -> str:
    return str(person.get_full_name() or person.get_username())[:160]


def _asked(request: HttpRequest, notes: Sequence[EditionNote]) -> dict[int, int]:
    """Which edition each question was about when it was read."""
    seen = {one.pk: request.POST.get(f"after_{one.pk}", "") for one in notes}
    return {pk: int(after) for pk, after in seen.items() if after.isascii() and after.isdigit() and len(after) < 19}
