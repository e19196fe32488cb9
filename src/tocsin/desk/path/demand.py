"""The second screen: what the public reads first, in each language, and the picture at the top."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField
from wagtail.permissions import policy_registry

from tocsin.desk.path.forms import StepForm, line, lines


class DemandForm(StepForm):
    title = _("What you demand")
    template = "desk/path/demand.html"

    hero = WagtailImageField(
        label=_("Picture at the top"),
        required=False,
        help_text=_("Wide, at least 1600 pixels. A page without one works too."),
    )
    hero_credit = line(_("Who made it"), 120, needed=False)
    no_picture = forms.BooleanField(label=_("Without a picture"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.picture = get_image_model().objects.filter(pk=self._picture_now() or 0).first()
        if not _policy().user_has_permission(self.somebody, "add"):
            del self.fields["hero"]
        if self.picture is None:
            del self.fields["no_picture"]

    def fields_in_each(self, language: str) -> dict[str, forms.Field]:  # noqa: ARG002
        return {
            "title": line(_("Title"), 160, _("What this is about, in a few words.")),
            "demand": lines(_("Demand"), 250, 2, _("What you ask for, in one sentence.")),
            "hero_alt": line(
                _("What the picture shows"), 250, _("One sentence for those who cannot see it."), needed=False
            ),
        }

    def now(self) -> dict[str, Any]:
        said = {
            f"{name}_{language}": self.outline["words"][language].get(name, "")
            for language in self.spoken
            for name in ("title", "demand", "hero_alt")
        }
        return said | {"hero_credit": next((words.get("hero_credit", "") for words in self._words()), "")}

    def standing(self) -> dict[str, Any]:
        return self.now() | {"hero": self.picture.title if self.picture else ""}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "hero" in self.errors or cleaned.get("no_picture") or not (cleaned.get("hero") or self.picture):
            return cleaned
        for language in self.spoken:
            if not cleaned.get(f"hero_alt_{language}"):
                self.add_error(
                    f"hero_alt_{language}",
                    ValidationError(_("Describe the picture in a sentence, for those who cannot see it.")),
                )
        return cleaned

    def keep(self) -> None:
        for language in self.spoken:
            self.outline["words"][language] |= self.cleaned_in(language)
        for words in self._words():
            words["hero_credit"] = self.cleaned_data.get("hero_credit", "")
        self._keep_picture()

    def _keep_picture(self) -> None:
        """A picture goes into the library at once: no browser sends a file twice."""
        if self.cleaned_data.get("hero"):
            self._put_picture(self._stored(self.cleaned_data["hero"]).pk)
        elif self.cleaned_data.get("no_picture"):
            self._put_picture(None)

    def _stored(self, file: Any) -> Any:
        collection = _policy().collections_user_has_permission_for(self.somebody, "add").first()
        named = next((words["title"] for words in self._words() if words.get("title")), "") or file.name
        picture = get_image_model()(title=named[:200], file=file, uploaded_by_user=self.somebody, collection=collection)
        picture.save()
        return picture

    def _put_picture(self, pk: int | None) -> None:
        for words in self._words():
            words["hero_image"] = pk
        self.picture = get_image_model().objects.filter(pk=pk or 0).first()

    def _picture_now(self) -> int | None:
        return next((words["hero_image"] for words in self._words() if words.get("hero_image")), None)

    def _words(self) -> list[dict[str, Any]]:
        return [self.outline["words"][language] for language in self.spoken]

    def context(self) -> dict[str, Any]:
        return {"picture": self.picture}


def _policy() -> Any:
    """Who may put pictures into the library."""
    return policy_registry.get_by_type(get_image_model())
