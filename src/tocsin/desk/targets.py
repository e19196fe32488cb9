"""Targets in Wagtail's admin: where their letters go, and how they are addressed in each language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from tocsin.campaigns.models import Target, TargetWords
from tocsin.campaigns.republish import changed
from tocsin.desk.removing import RemoveUnlessUsed

FORMS_OF_ADDRESS = ("style", "person", "office", "organisation", "salutation")


class WordsForm(forms.ModelForm[TargetWords]):
    """How the target is addressed in one language. Left empty, there is no row, and neutral words are used."""

    class Meta:
        model = TargetWords
        fields = FORMS_OF_ADDRESS

    @property
    def says_something(self) -> bool:
        return any(self.cleaned_data.get(name) for name in FORMS_OF_ADDRESS)

    def keep(self, target: Target) -> None:
        self.instance.target = target
        if self.says_something:
            self.save()
        elif self.instance.pk:
            self.instance.delete()

    def validate_unique(self) -> None:
        """Each language stands on the form once, so no two rows can be made here."""


class TargetForm(forms.ModelForm[Target]):
    """The target with its forms of address, one group for each language."""

    class Meta:
        model = Target
        fields = ("name", "email", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {words.language: words for words in self.instance.in_words.all()} if self.instance.pk else {}
        self.in_words = [
            WordsForm(
                self.data if self.is_bound else None,
                instance=known.get(code) or TargetWords(language=code),
                prefix=f"in_{code}",
            )
            for code, _name in settings.LANGUAGES
        ]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[words.is_valid() for words in self.in_words]])

    def save(self, commit: bool = True) -> Target:  # noqa: FBT001, FBT002  (Django's own signature)
        target: Target = super().save(commit)
        for words in self.in_words:
            words.keep(target)
        return target


class TargetsList(generic.IndexView):
    page_title = _("Targets")

    def get_base_queryset(self) -> QuerySet[Target]:
        return Target.objects.annotate(campaigns_count=Count("campaigns")).order_by("name", "pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column("name"),
            Column("email", label=_("E-mail address")),
            Column("get_language_display", label=_("Preferred language")),
            Column("campaigns_count", label=_("Campaigns")),
        ]


class ChangeTarget(generic.EditView):
    """Saving republishes every campaign that writes to this target: their pages show who it is."""

    def save_instance(self) -> Target:
        target: Target = super().save_instance()
        # What was read before the forms of address were saved is old.
        for campaign in Target.objects.get(pk=target.pk).campaigns.all():
            changed(campaign)
        return target


class Targets(ModelViewSet):
    model = Target
    name = "target"
    url_prefix = "targets"
    icon = "user"
    menu_label = _("Targets")
    menu_order = 60
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = TargetsList
    edit_view_class = ChangeTarget
    delete_view_class = RemoveUnlessUsed
    index_results_template_name = "desk/targets_results.html"
    create_template_name = "desk/target.html"
    edit_template_name = "desk/target.html"
    search_fields = ("name", "email")
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[TargetForm]:  # noqa: ARG002, FBT001, FBT002
        return TargetForm
