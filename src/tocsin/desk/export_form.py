"""What somebody chooses of an export, and its filter in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.actions import letters_wanted
from tocsin.actions.exporting.presets import PRESETS
from tocsin.actions.lists import wanted as lists_wanted
from tocsin.actions.models import Export
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox.states import State as MessageState
from tocsin.supporters.models import Consent, ConsentWording
from tocsin.supporters.purposes import purpose_said

type Wanted = lists_wanted.Wanted | letters_wanted.Wanted

# Which words of a list's filter each kind knows.
KNOWN = {
    Export.Kind.MAILING: ("language",),
    Export.Kind.SUPPORTERS: ("language", "since", "until", "purpose", "consent"),
    Export.Kind.ACTIONS: ("language", "since", "until", "state", "source", "own", "fate", "purpose", "consent"),
    Export.Kind.CONSENTS: ("language", "since", "until", "purpose", "answer", "method"),
    Export.Kind.LEDGER: (),
}


def wanted_for(kind: str, query: Any) -> Wanted:
    """The filter of the list that somebody came from, as far as this kind knows it."""
    if kind == Export.Kind.LETTERS:
        return letters_wanted.Wanted.asked_by(query)
    return lists_wanted.Wanted.asked_by(query).only(*KNOWN[Export.Kind(kind)])


def purposes() -> list[str]:
    """Every purpose that anybody was asked about."""
    return sorted(set(ConsentWording.objects.values_list("purpose", flat=True)))


FOR_A_PROGRAM = gettext_lazy(
    "To bring it into another program, choose the CSV for another program: the one for a spreadsheet has an apostrophe "
    "before each telephone number that begins with +."
)


class ExportForm(forms.Form):
    """The form of one kind: a mailing list says for which purpose and for which program; others, whether people are in
    it."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What people agreed to"),
        help_text=gettext_lazy("Only those are in it whose consent to this counts today."),
    )
    preset = forms.ChoiceField(label=gettext_lazy("Columns"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=Export.Format,
        initial=Export.Format.SPREADSHEET,
        widget=forms.RadioSelect,
    )
    mark = forms.BooleanField(
        label=gettext_lazy("Begin the CSV with a mark that says it is UTF-8"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Excel needs it to show é. Some other programs take it for a letter."),
    )
    people = forms.BooleanField(
        label=gettext_lazy("With people: names, addresses, and what they wrote"),
        required=False,
        help_text=gettext_lazy("Only if you need it. Keep the file where only those may read it who must."),
    )

    def __init__(
        self, kind: str, campaign: Campaign | None, data: Any = None, *, may_people: bool, query: Any = None
    ) -> None:
        super().__init__(data, label_suffix="", initial=_proposed(query or {}))
        self.kind, self.campaign = kind, campaign
        if kind == Export.Kind.MAILING:
            self.fields["format"].help_text = FOR_A_PROGRAM
        for name in self._left_out(may_people=may_people):
            del self.fields[name]
        self._choose("purpose", [(purpose, purpose_said(purpose)) for purpose in purposes()])
        self._choose("preset", [(name, preset.label) for name, preset in PRESETS.items()])
        self._choose("language", [("", _("Any")), *settings.LANGUAGES])

    def _left_out(self, *, may_people: bool) -> list[str]:
        if self.kind == Export.Kind.MAILING:
            return ["people"]
        always = self.kind in (Export.Kind.SUPPORTERS, Export.Kind.CONSENTS)
        people = [] if may_people and not always and self.kind != Export.Kind.LEDGER else ["people"]
        return ["purpose", "preset", "language", *people]

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def export(self, wanted: Wanted) -> Export:
        """What was chosen, not stored yet."""
        said = self.cleaned_data
        filters = wanted.as_words()
        if "language" in self.fields:  # whatever list somebody came from, this form has the last word
            filters = {"language": said["language"]} if said["language"] else {}
        always = self.kind in (Export.Kind.MAILING, Export.Kind.SUPPORTERS, Export.Kind.CONSENTS)
        return Export(
            kind=self.kind,
            campaign=self.campaign,
            filters=filters,
            people=always or bool(said.get("people")),
            format=said["format"],
            mark=said["mark"],
            preset=said.get("preset", ""),
            purpose=said.get("purpose", ""),
        )


def _proposed(query: Any) -> dict[str, str]:
    """What the list that somebody came from was about."""
    wanted = lists_wanted.Wanted.asked_by(query)
    return {name: said for name, said in wanted.as_words().items() if name in ("purpose", "language")}


def filters_said(export: Export) -> list[tuple[str, str]]:
    """What was chosen, as (what, which), for people to read."""
    wanted = wanted_for(export.kind, export.filters)
    labels = {
        "state": MessageState if export.kind == Export.Kind.LETTERS else State,
        "fate": MessageState,
        "method": Consent.Method,
    }
    known: dict[str, Any] = {
        "language": dict(settings.LANGUAGES),
        "own": lists_wanted.OWN_WORDS,
        "consent": lists_wanted.STANDINGS,
        "answer": lists_wanted.ANSWERS,
        "way": letters_wanted.WAYS,
        **{name: dict(choices.choices) for name, choices in labels.items()},
    }
    said = [(filter_named(name), str(known.get(name, {}).get(value, value))) for name, value in _values(wanted)]
    if export.kind == Export.Kind.MAILING and export.purpose:
        said.insert(0, (_("What people agreed to"), str(purpose_said(export.purpose))))
    return said


def _values(wanted: Wanted) -> list[tuple[str, str]]:
    """Days as people write them, a purpose in words, and a target by name."""
    found = dict(wanted.as_words())
    for name in ("since", "until"):
        if found.get(name):
            found[name] = date_format(getattr(wanted, name), "DATE_FORMAT")
    if "purpose" in found:
        found["purpose"] = str(purpose_said(found["purpose"]))
    if "target" in found:
        target = Target.objects.filter(pk=int(found["target"])).first()
        found["target"] = target.name if target else found["target"]
    return list(found.items())


def filter_named(name: str) -> str:
    """A word of a filter, as people read it."""
    return {
        "language": _("Language"),
        "since": _("From"),
        "until": _("Until"),
        "state": _("State"),
        "source": _("Came from"),
        "own": _("Words"),
        "fate": _("Fate"),
        "purpose": _("Purpose"),
        "consent": _("Consent to it"),
        "answer": _("Answer"),
        "method": _("How"),
        "way": _("Carried"),
        "target": _("Target"),
    }.get(name, name)
