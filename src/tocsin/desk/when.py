"""A moment that letters are to leave from, as somebody at the desk writes it."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from tocsin.desk.zones import zone_named


class WhenForm(forms.Form):
    """A moment to come. It is written in the time zone of those who act there, whoever sits at the desk."""

    at = forms.DateTimeField(label=gettext_lazy("Leave from"), widget=AdminDateTimeInput)

    def __init__(self, time_zone: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zoneinfo.ZoneInfo(time_zone)
        self.fields["at"].help_text = _("In this time zone: %(zone)s.") % {"zone": zone_named(time_zone)}

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed. Name one that is still to come."))
        return at
