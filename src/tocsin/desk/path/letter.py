"""The fourth screen: what people send or sign, in each language, and how it will look when it leaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Kind
from tocsin.desk.path.forms import StepForm, line, lines
from tocsin.desk.path.sheet import letters_of
from tocsin.pages import defaults
from tocsin.pages.models import ActionPage

NO_GREETING = _("Without greeting and signature: both are added, as you see below.")


class LetterForm(StepForm):
    template = "desk/path/letter.html"

    letter_mode = forms.ChoiceField(label=_("How people write"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self._is_letter:
            del self.fields["letter_mode"]
            return
        blank = ActionPage.LetterMode.BLANK
        # Beginning with an empty letter needs talking points, which are written on the page itself.
        modes = [choice for choice in ActionPage.LetterMode.choices if choice[0] != blank or self._mode_now == blank]
        self.fields["letter_mode"].choices = modes  # type: ignore[attr-defined]

    @property
    def title(self) -> Any:  # type: ignore[override]
        return _("What people send") if self._is_letter else _("What people sign")

    @property
    def _is_letter(self) -> bool:
        return self.outline["kind"] == Kind.LETTER

    @property
    def _mode_now(self) -> str:
        first = self.outline["words"][self.spoken[0]]
        return str(first.get("letter_mode") or ActionPage.LetterMode.EDITABLE)

    def fields_in_each(self, language: str) -> dict[str, forms.Field]:  # noqa: ARG002
        if not self._is_letter:
            return {"petition_text": lines(_("Petition"), 8000, 10, _("The words that people put their name to."))}
        written = self._mode_now != ActionPage.LetterMode.BLANK
        return {
            "letter_subject": line(_("Subject"), 150),
            "letter_text": lines(_("Letter"), 8000, 10, NO_GREETING, needed=written),
        }

    def now(self) -> dict[str, Any]:
        said = {
            f"{name}_{language}": words for language in self.spoken for name, words in self._now_in(language).items()
        }
        return said | ({"letter_mode": self._mode_now} if self._is_letter else {})

    def _now_in(self, language: str) -> dict[str, str]:
        """What is there; where nothing is, words to begin with, made from the demand."""
        words = self.outline["words"][language]
        demand = words.get("demand", "")
        with translation.override(language):
            if not self._is_letter:
                return {"petition_text": words.get("petition_text") or defaults.petition_to_begin_with(demand)}
            return {
                "letter_subject": words.get("letter_subject") or words.get("title", "")[:150],
                "letter_text": words.get("letter_text")
                or (defaults.letter_to_begin_with(demand) if self._mode_now != "blank" else ""),
            }

    def keep(self) -> None:
        for language in self.spoken:
            self.outline["words"][language] |= self.cleaned_in(language)
            if "letter_mode" in self.cleaned_data:
                self.outline["words"][language]["letter_mode"] = self.cleaned_data["letter_mode"]

    def context(self) -> dict[str, Any]:
        """Letters as typed: what is not posted yet stands in `initial`."""
        if not self.is_bound:
            for language in self.spoken:
                for name in self.fields_in_each(language):
                    self.outline["words"][language].setdefault(name, "")
                    self.outline["words"][language][name] = self[f"{name}_{language}"].value() or ""
        return {"letters": letters_of(self.outline)}
