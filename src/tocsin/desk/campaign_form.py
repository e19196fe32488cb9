"""The form of a campaign: the one demand, who gets its letters, when, and how they travel."""

from __future__ import annotations

import zoneinfo
from itertools import count
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from tocsin.campaigns.models import Campaign, Kind, Target, Targeting
from tocsin.desk.rights import DECIDE_ON_LETTERS, may
from tocsin.desk.zones import time_zones
from tocsin.lib.zones import is_zone


class CampaignForm(WagtailAdminModelForm):
    """Opening and closing are written and read in the campaign's own time zone, whoever sits at the desk."""

    DATES = ("opens_at", "closes_at", "letters_not_before")
    # Decided at the controls as well, by whoever may, while this form lies open on another desk.
    LETTERS = ("letters_held", "letters_paused", "letters_not_before")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = zoneinfo.ZoneInfo(self.instance.time_zone)
        for name in self.DATES:
            if at := getattr(self.instance, name):
                self.initial[name] = timezone.make_naive(at, zone)
        self.fields["time_zone"].widget.choices = time_zones(self.instance.time_zone)
        self.fields["targets"].label_from_instance = _name_and_address
        for name in ("matched_by", "provider"):
            # One of them always stands there: “none” would be no answer to a choice that asks for it.
            self.fields[name].choices = [choice for choice in self.fields[name].choices if choice[0]]
        self.fields["target_list"].empty_label = _("No list")
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("For addresses and exports. Left empty, it is made from the name.")
        if self.instance.pk and self.instance.actions.exists():
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = _("People have already acted: the kind stays.")
        for name in self.LETTERS:
            self.fields[name].show_hidden_initial = True  # what stood there when the form was opened comes along
            self.fields[name].disabled = self.for_user is None or not may(
                self.for_user, DECIDE_ON_LETTERS, self.instance if self.instance.pk else None
            )

    def full_clean(self) -> None:
        with timezone.override(self._chosen_zone()):
            super().full_clean()

    def clean_slug(self) -> str:
        given: str = self.cleaned_data.get("slug", "")
        return given or free_slug(slugify(self.cleaned_data.get("name", "")))

    def clean(self) -> dict[str, Any]:
        """What does not go together, said at the field that is to be changed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        targeting = cleaned.get("targeting")
        if cleaned.get("kind") == Kind.PETITION and targeting != Targeting.FIXED:
            self.add_error("targeting", _("A petition is signed, not sent. Choose “the same for everybody”."))
        elif targeting in {Targeting.ANSWER, Targeting.POSTAL_CODE} and not cleaned.get("target_list"):
            self.add_error("target_list", _("Choose the list in which the right target is looked for."))
        for wanted, field in ((Targeting.ANSWER, "matched_by"), (Targeting.POSTAL_CODE, "provider")):
            if targeting == wanted and not cleaned.get(field):
                self.add_error(field, _("Choose one, so that each letter finds its target."))
        return cleaned

    def save(self, commit: bool = True) -> Campaign:  # noqa: FBT001, FBT002  (Django's signature)
        self._leave_what_was_not_decided_here()
        saved: Campaign = super().save(commit)
        return saved

    def _leave_what_was_not_decided_here(self) -> None:
        """An old form must not undo a colleague's pause: what nobody changed in it stays as it is by now."""
        now = Campaign.objects.filter(pk=self.instance.pk).values(*self.LETTERS).first() or {}
        for name, value in now.items():
            if not self._was_decided_here(name):
                setattr(self.instance, name, value)

    def _was_decided_here(self, name: str) -> bool:
        """A date goes with its time zone: another zone is another moment."""
        if self.fields[name].disabled:
            return False
        return name in self.changed_data or (name in self.DATES and "time_zone" in self.changed_data)

    def _chosen_zone(self) -> zoneinfo.ZoneInfo:
        """The zone that was posted with the dates, or the campaign's if that is none."""
        posted = self.data.get(self.add_prefix("time_zone"), "")
        return zoneinfo.ZoneInfo(posted if is_zone(posted) else self.instance.time_zone)


def free_slug(wish: str) -> str:
    """The wish, or the wish with the first number that nobody has yet."""
    wish = (wish or "campaign")[:70]
    taken = set(Campaign.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
    tries = (wish if number == 1 else f"{wish}-{number}" for number in count(1))
    return next(slug for slug in tries if slug not in taken)


def _name_and_address(target: Target) -> str:
    return f"{target.name} · {target.email}"


class PanelWithWhatStood(FieldPanel):
    """Carries along what stood in its field when the form was opened, which Wagtail's own panel leaves out."""

    class BoundPanel(FieldPanel.BoundPanel):
        def render_html(self, parent_context: Any = None) -> str:
            stood = self.bound_field.as_hidden(only_initial=True)
            return format_html("{}{}", super().render_html(parent_context), stood)


def campaign_form() -> ObjectList:
    """The panels of the form, in the order in which a campaigner thinks."""
    panels = [_what(), _who(), _when(), _number(), _travel(), _trying(), _confirming(), _keeping()]
    return ObjectList([*panels, _short_name()], base_form_class=CampaignForm)


def _what() -> MultiFieldPanel:
    return MultiFieldPanel(
        [FieldPanel("name"), FieldPanel("kind", widget=forms.RadioSelect)], heading=_("The campaign")
    )


def _who() -> MultiFieldPanel:
    """Which of the fields below the first count follows from it; the style sheet hides the others."""
    return MultiFieldPanel(
        [
            FieldPanel("targeting", widget=forms.RadioSelect),
            FieldPanel(
                "targets",
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Who the letters go to. Targets have a list of their own in the menu: add yours first."),
                classname="desk-targets desk-if-fixed",
            ),
            FieldPanel(
                "target_list",
                help_text=_("Where the right target is looked for. Make lists under “Lists” in the menu."),
                classname="desk-if-list",
            ),
            FieldPanel(
                "matched_by",
                widget=forms.RadioSelect,
                help_text=_("The page has to ask for it. In the list, each target has the answer that leads there."),
                classname="desk-if-answer",
            ),
            FieldPanel(
                "provider",
                widget=forms.RadioSelect,
                help_text=_(
                    "Who knows which riding a postal code lies in. Where a code spans several, people choose. With "
                    "Represent, representatives whom the list lacks are added to it."
                ),
                classname="desk-if-postal",
            ),
        ],
        heading=_("Who gets the letters"),
        classname="desk-who",
    )


def _when() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
            FieldPanel("time_zone", widget=forms.Select),
        ],
        heading=_("When people can act"),
        help_text=_("Empty means: as soon as its page is published, and without an end."),
    )


def _number() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldRowPanel(
                [
                    FieldPanel("goal", help_text=_("Empty shows the count without a goal.")),
                    FieldPanel("show_count_from"),
                ]
            ),
            FieldPanel("show_taken"),
        ],
        heading=_("The number"),
    )


def _travel() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldPanel("reply_to", widget=forms.RadioSelect),
            FieldPanel("moderation", widget=forms.RadioSelect),
            PanelWithWhatStood("letters_held"),
            PanelWithWhatStood("letters_paused"),
            PanelWithWhatStood(
                "letters_not_before",
                help_text=_("In the time zone above. People can write earlier; their letters wait until then."),
            ),
        ],
        heading=_("How letters travel"),
    )


def _trying() -> MultiFieldPanel:
    return MultiFieldPanel(
        [FieldPanel("test_address")],
        heading=_("Test mode"),
        help_text=_("To try everything out as a supporter would. While it is on, no target gets anything."),
    )


def _confirming() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldPanel("confirm_first"),
            FieldPanel(
                "offer_own_mail",
                help_text=_("Their letter opens in their own mail program. They count, marked as sent by themselves."),
            ),
            FieldPanel("offer_print", help_text=_("To hand in or to post. They count, marked as sent by themselves.")),
        ],
        heading=_("What people confirm and choose"),
    )


def _keeping() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldRowPanel(
                [
                    FieldPanel(
                        "data_kept_months",
                        help_text=_(
                            "From 1 to 60, after the campaign closed. Without an end: after each person acted."
                        ),
                    ),
                    FieldPanel(
                        "words_kept_days",
                        help_text=_("From 1 to 365, after the last that became of a letter: taken, refused, stopped."),
                    ),
                ]
            ),
        ],
        heading=_("How long people's data are kept"),
        help_text=_(
            "Every night, names, addresses, e-mail addresses, answers and words whose time is over are removed, and "
            "nobody can bring them back. The number stays, and so does what became of each letter. Whoever agreed to "
            "be written to stays a supporter for as long as that counts."
        ),
    )


def _short_name() -> MultiFieldPanel:
    return MultiFieldPanel([FieldPanel("slug")], heading=_("Short name"), classname="collapsed")
