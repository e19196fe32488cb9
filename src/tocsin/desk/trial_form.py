"""The form of a trial: wording B of a page, beginning as a copy of what the page says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.words import EditionWords
from tocsin.pages.wordings import Part, parts_of


class TrialForm(forms.Form):
    """Wording B, beginning as a copy of wording A: what is left as it is does not differ."""

    name = forms.CharField(
        label=gettext_lazy("What is tried"),
        max_length=120,
        help_text=gettext_lazy("For you and your colleagues: “A question as title”."),
    )

    def __init__(self, words: EditionWords, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts = parts_of(words)
        self._now = {part.name: part.read(words) for part in self._parts}
        for part in self._parts:
            self.fields[part.name] = forms.CharField(
                label=str(part.label),
                required=False,
                max_length=part.most,
                initial=self._now[part.name],
                widget=forms.TextInput if part.lines == 1 else forms.Textarea(attrs={"rows": part.lines}),
                help_text=_help(part),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for part in self._parts:
            if self._now[part.name] and not str(cleaned.get(part.name, "")).strip() and part.name not in self.errors:
                self.add_error(part.name, _("Wording B cannot be empty where wording A says something."))
        if not self.errors and not self.other:
            raise forms.ValidationError(_("Both wordings are the same. Change at least one of the parts."))
        return cleaned

    @property
    def other(self) -> dict[str, Any]:
        """What differs, as an edition has it."""
        typed = {part: str(self.cleaned_data.get(part.name, "")) for part in self._parts}
        return {part.name: part.tidy(new) for part, new in typed.items() if part.tidy(new) != self._tidy_now(part)}

    def _tidy_now(self, part: Part) -> Any:
        return part.tidy(self._now[part.name])


def _help(part: Part) -> str:
    return _("One below the other, with a line of three dashes (---) between them.") if part.is_list else ""
