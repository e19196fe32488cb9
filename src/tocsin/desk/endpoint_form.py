"""The form of an endpoint: its name, where it is, what it is told of, and whether people's data go along."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.models import Campaign
from tocsin.lib.outward import NotAllowed, Why, place_of
from tocsin.outbox.calls.endpoints import MOST_ENDPOINTS
from tocsin.outbox.calls.kinds import CHOOSABLE
from tocsin.outbox.models import Endpoint

REFUSED: dict[Why, Promise] = {
    Why.UNREADABLE: gettext_lazy(
        "This is no address that can be understood. It looks like https://crm.example.org/hooks."
    ),
    Why.NOT_HTTPS: gettext_lazy("This must begin with https://. What is told there must not be read on its way."),
    Why.WITH_PASSWORD: gettext_lazy("Leave user name and password out: each call is signed, and proves who sent it."),
    Why.UNKNOWN_NAME: gettext_lazy("Nobody knows a server of this name. Look for a typing mistake."),
    Why.INSIDE: gettext_lazy(
        "This leads to a private network or to this server itself, and nothing is sent there. If it is your own, ask "
        "whoever runs Tocsin to allow it (TOCSIN_WEBHOOKS_ALLOWED)."
    ),
}


class EndpointForm(forms.ModelForm[Endpoint]):
    """Where it leads is judged when it is saved, and again each time that something is sent there."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told of"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that it is told of.")},
    )
    campaign_ref = forms.TypedChoiceField(
        label=gettext_lazy("Campaign"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "What belongs to none, such as people of an imported file, is told to those of all campaigns."
        ),
    )

    class Meta:
        model = Endpoint
        fields = ("name", "url", "kinds", "campaign_ref", "with_people")
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "url": gettext_lazy("Address"),
            "with_people": gettext_lazy("Send personal data along"),
        }
        help_texts: ClassVar = {
            "name": gettext_lazy("What you call it, such as the software's name."),
            "url": gettext_lazy("The other software shows it where it receives webhooks. It begins with https://."),
            "with_people": gettext_lazy(
                "Name, addresses, telephone number, own words and answers. Without it, numbers and states alone. Tick "
                "this only for software that your organisation answers for, as its privacy notice says."
            ),
        }
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "url": forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, campaign = self.fields["kinds"], self.fields["campaign_ref"]
        if isinstance(kinds, forms.MultipleChoiceField) and isinstance(campaign, forms.ChoiceField):
            kinds.choices = [(kind.value, f"{kind.label} – {kind.value}") for kind in CHOOSABLE]
            campaign.choices = [
                ("", _("All campaigns")),
                *Campaign.objects.order_by("name", "pk").values_list("pk", "name"),
            ]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            place_of(url, settings.TOCSIN_WEBHOOKS_ALLOWED)
        except NotAllowed as refused:
            raise forms.ValidationError(str(REFUSED[refused.why])) from None
        return url

    def clean(self) -> dict[str, Any] | None:
        if self.instance.pk is None and Endpoint.objects.count() >= MOST_ENDPOINTS:
            raise forms.ValidationError(
                _("There are %(most)s endpoints already, and no more are possible. Remove one that is not needed."),
                params={"most": MOST_ENDPOINTS},
            )
        return super().clean()
