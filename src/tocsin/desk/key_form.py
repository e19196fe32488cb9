"""The form of an API key: for which program, what it may do, of which campaign, from where, and until when."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.models import Campaign
from tocsin.staff.models import Scope

LONGEST = timedelta(days=731)
MOST_NETWORKS = 20
OF_THE_SITE = {Scope.CHANGE_TARGETS, Scope.END_MAIL, Scope.READ_AUDIT}


class KeyForm(forms.Form):
    """Nothing is chosen beforehand but a year: a key that is forgotten ends by itself."""

    name = forms.CharField(
        label=gettext_lazy("For which program"),
        max_length=80,
        help_text=gettext_lazy("Like “CRM, nightly”. One key for each program: then each can be ended by itself."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "As little as the program needs. No key adds to the ledger, changes who may do what, or touches scripts."
        ),
        error_messages={"required": gettext_lazy("Choose at least one thing that it may do.")},
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name", "pk"),
        label=gettext_lazy("Where"),
        required=False,
        empty_label=gettext_lazy("The whole site"),
        help_text=gettext_lazy("On the whole site, or for one campaign only. Targets belong to the site."),
    )
    networks = forms.CharField(
        label=gettext_lazy("From where"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Addresses or networks, one in each line, like 192.0.2.0/24. Empty: from anywhere."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Two years from now at most. Make another key before it ends."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = (timezone.localdate() + timedelta(days=365)).isoformat()

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        never = [str(Scope(one).label) for one in said.get("scopes", ()) if Scope(one) in OF_THE_SITE]
        if said.get("campaign") and never:
            sentence = _("A key for one campaign can never do this, since it belongs to the whole site: %(what)s.")
            self.add_error("campaign", forms.ValidationError(sentence, params={"what": "; ".join(never)}))
        return said

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_networks(self) -> str:
        lines = list(dict.fromkeys(str(self.cleaned_data["networks"]).split()))
        if len(lines) > MOST_NETWORKS:
            raise forms.ValidationError(_("These are too many: write the networks that they lie in."))
        return "\n".join(_network(line) for line in lines)

    def clean_expires_on(self) -> date:
        last: date = self.cleaned_data["expires_on"]
        if last < timezone.localdate():
            raise forms.ValidationError(_("This day has passed. Name one that is still to come."))
        if last > timezone.localdate() + LONGEST:
            raise forms.ValidationError(_("This is more than two years from now. Name an earlier day."))
        return last

    def made(self) -> dict[str, Any]:
        """As `make_key` wants it."""
        said = self.cleaned_data
        end = datetime.combine(said["expires_on"], time.max, timezone.get_current_timezone())
        scopes = [Scope(scope) for scope in said["scopes"]]
        return {"expires_at": end, "scopes": scopes, **{name: said[name] for name in ("name", "campaign", "networks")}}


def _network(line: str) -> str:
    try:
        return str(ipaddress.ip_network(line, strict=False))
    except ValueError:
        raise forms.ValidationError(
            _("“%(line)s” is no address and no network. Write one like 192.0.2.7 or 192.0.2.0/24."),
            params={"line": line[:60]},
        ) from None
