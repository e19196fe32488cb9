"""The third screen, for letters: who gets them. Targets that are there, an office written down here, or a list."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.forms_of_address import OFFICE, OFFICE_KINDS
from tocsin.campaigns.models import MatchedBy, Provider, Target, Targeting, TargetList
from tocsin.desk.path.forms import StepForm, line
from tocsin.desk.path.sheet import beginnings_of
from tocsin.desk.rights import ADD_TARGETS, may

MOST_OFFERED = 20
NEW = "new"
WAYS = [
    (NEW, _("A new office or person, written down here")),
    (Targeting.FIXED, _("Targets that you have already")),
    (Targeting.ANSWER, _("Whoever belongs to the person's province, country or city, out of a list")),
    (Targeting.POSTAL_CODE, _("Whoever represents the person, by their postal code")),
]
OF_THE_OFFICE = ("kind", "person", "gender", "email")


class TargetsField(forms.ModelMultipleChoiceField[Target]):
    def label_from_instance(self, obj: Target) -> str:
        return f"{obj.name} · {obj.email}" if obj.email else obj.name


class WhoForm(StepForm):
    title = _("Who gets the letters")
    template = "desk/path/who.html"

    who = forms.ChoiceField(label=_("Letters go to"), widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Letters go here, and nowhere else. Look at it twice.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of office"),
        choices=OFFICE_KINDS,
        required=False,
        help_text=_("Decides how letters begin and end."),
    )
    person = line(_("Name of the person"), 160, _("Empty if the office matters more than who holds it."), needed=False)
    gender = forms.ChoiceField(
        label=_("Gender"),
        choices=Target.Gender.choices,
        required=False,
        help_text=_("Only for “Madame la Ministre” or “Dear Ms. Doe”."),
    )
    find = line(_("Find a target"), 100, _("A part of its name, address or riding."), needed=False)
    targets = TargetsField(
        label=_("Targets"), queryset=Target.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    target_list = forms.ModelChoiceField(
        label=_("List"), queryset=TargetList.objects.all(), required=False, empty_label=_("No list")
    )
    matched_by = forms.ChoiceField(label=_("Found by"), choices=MatchedBy.choices, required=False)
    provider = forms.ChoiceField(label=_("Look-up"), choices=Provider.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [way for way in WAYS if way[0] != NEW or may(self.somebody, ADD_TARGETS)]
        self.fields["who"].choices = ways  # type: ignore[attr-defined]
        self.fields["targets"].queryset = self._offered()  # type: ignore[attr-defined]

    def fields_in_each(self, language: str) -> dict[str, forms.Field]:  # noqa: ARG002
        return {
            "office": line(_("Office"), 200, _("Like “Minister of Immigration”, in this language."), needed=False),
            "organisation": line(_("Organisation"), 200, needed=False),
        }

    def office_fields(self) -> list[BoundField]:
        """What is asked of a new office, besides its words in each language."""
        return [self[name] for name in ("email", "kind", "person", "gender")]

    def now(self) -> dict[str, Any]:
        office, rules = self.outline["office"], self.outline["rules"]
        said = {
            f"{name}_{language}": words
            for language, both in office.get("words", {}).items()
            for name, words in both.items()
        }
        return {
            "who": self._way_now(),
            "kind": office.get("kind", "minister"),
            **{name: office[name] for name in OF_THE_OFFICE if name in office},
            **said,
            "targets": self.outline["targets"],
            "target_list": self.outline["target_list"],
            "matched_by": rules["matched_by"],
            "provider": rules["provider"],
        }

    def _way_now(self) -> str:
        """Where nothing is decided: what this installation has not got yet."""
        targeting = str(self.outline["rules"]["targeting"])
        if targeting != Targeting.FIXED or self.outline["targets"]:
            return targeting
        return (
            NEW
            if may(self.somebody, ADD_TARGETS) and (self.outline["office"] or not Target.objects.exists())
            else targeting
        )

    def _offered(self) -> Any:
        """Those chosen, those that match what is sought, and else the newest."""
        chosen = {*self.outline["targets"], *(int(pk) for pk in self._posted("targets") if pk.isdigit())}
        sought = str((self._posted("find") or [self.initial.get("find") or ""])[0]).strip()
        found = Target.objects.order_by("-pk")
        if sought:
            found = found.filter(
                Q(name__icontains=sought) | Q(email__icontains=sought) | Q(division_name__icontains=sought)
            )
        first = list(found.values_list("pk", flat=True)[:MOST_OFFERED])
        return Target.objects.filter(pk__in={*chosen, *first}).order_by("name", "pk")

    def _posted(self, name: str) -> list[str]:
        return cast("QueryDict", self.data).getlist(name) if self.is_bound else []

    # ── what is still to be said ──────────────────────────────────────────────────────────────────────────────
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        who = cleaned.get("who")
        if who == NEW:
            self._judge_the_office(cleaned)
        elif who == Targeting.FIXED and not cleaned.get("targets"):
            self.add_error("targets", ValidationError(_("Choose at least one target.")))
        elif who in {Targeting.ANSWER, Targeting.POSTAL_CODE} and not cleaned.get("target_list"):
            self.add_error(
                "target_list", ValidationError(_("Choose the list in which the right target is looked for."))
            )
        return cleaned

    def _judge_the_office(self, cleaned: dict[str, Any]) -> None:
        if "email" not in self.errors:
            self._judge_the_address(cleaned.get("email", ""))
        for language in self.spoken:
            if (
                not cleaned.get("person")
                and not cleaned.get(f"office_{language}")
                and f"office_{language}" not in self.errors
            ):
                self.add_error(
                    f"office_{language}", ValidationError(_("Write the office in this language, or the person's name."))
                )

    def _judge_the_address(self, address: str) -> None:
        if not address:
            self.add_error("email", ValidationError(_("Write the address that letters go to.")))
            return
        known = Target.objects.filter(email__iexact=address).first()
        if known is not None:
            said = _("“%(name)s” has this address already. Choose it under “Targets that you have already”.")
            self.add_error("email", ValidationError(said, params={"name": known.name}))

    # ── keeping ───────────────────────────────────────────────────────────────────────────────────────────────
    def keep(self) -> None:
        cleaned, rules = self.cleaned_data, self.outline["rules"]
        who = cleaned.get("who")
        if who is None:
            return
        rules["targeting"] = Targeting.FIXED.value if who == NEW else who
        self.outline["office"] = self._office() if who == NEW else {}
        if who == NEW:
            self.outline["targets"] = []
        elif who == Targeting.FIXED and "targets" in cleaned:
            self.outline["targets"] = [target.pk for target in cleaned["targets"]]
        if who in {Targeting.ANSWER, Targeting.POSTAL_CODE}:
            self._keep_the_list(who)

    def _keep_the_list(self, who: str) -> None:
        if "target_list" in self.cleaned_data:
            self.outline["target_list"] = (
                self.cleaned_data["target_list"].pk if self.cleaned_data["target_list"] else None
            )
        for name in ("matched_by", "provider"):
            if self.cleaned_data.get(name):
                self.outline["rules"][name] = self.cleaned_data[name]
        asks_for = "postal_code" if who == Targeting.POSTAL_CODE else self.outline["rules"]["matched_by"]
        for language in self.spoken:
            self.outline["words"][language]["details"] = asking(self.outline["words"][language]["details"], asks_for)

    def _office(self) -> dict[str, Any]:
        """As far as it is right."""
        office = {name: self.cleaned_data[name] for name in OF_THE_OFFICE if name in self.cleaned_data}
        words = {language: said for language in self.spoken if any((said := self.cleaned_in(language)).values())}
        return {"kind": OFFICE, **office, "words": words}

    def context(self) -> dict[str, Any]:
        return {"beginnings": beginnings_of(self.outline), "any_lists": TargetList.objects.exists()}


def asking(details: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The same details, this one among them and required: who gets the letter is found by it."""
    others = [detail for detail in details if detail["value"]["kind"] != kind]
    found = next((detail["value"] for detail in details if detail["value"]["kind"] == kind), {"label": "", "help": ""})
    return [*others, {"type": "detail", "value": {**found, "kind": kind, "required": True}}]
