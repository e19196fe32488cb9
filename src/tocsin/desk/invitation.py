"""Inviting somebody to the desk: the form, the account without a password, and the mail with the way in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.users.models import UserProfile

from tocsin.campaigns.models import Campaign
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.pages.making import the_brand
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

SECONDS_OF_A_DAY = 86_400


class RoleForm(forms.Form):
    """A role, and where it holds."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect)
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name", "pk"),
        label=gettext_lazy("Where"),
        required=False,
        empty_label=gettext_lazy("The whole site"),
        help_text=gettext_lazy("On the whole site, or for one campaign only. Targets and lists belong to the site."),
    )

    def chosen(self) -> dict[str, Any]:
        return {"role": self.cleaned_data["role"], "campaign": self.cleaned_data["campaign"]}

    def role_and_campaign(self) -> dict[str, Any]:
        """For the log."""
        campaign = self.cleaned_data["campaign"]
        return {"role": self.cleaned_data["role"], "campaign": campaign.pk if campaign else None}


class InviteForm(RoleForm):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=150)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("The mail is written in it, and the desk speaks it. They can change it later."),
    )
    field_order = ("first_name", "last_name", "email", "language", "role", "campaign")

    def clean_email(self) -> str:
        address = _mailable(self.cleaned_data["email"]).lower()
        if get_user_model().objects.filter(Q(email__iexact=address) | Q(username__iexact=address)).exists():
            raise forms.ValidationError(_here_already())
        return address


def _mailable(address: str) -> str:
    """What Django takes for an address is not always one that mail servers carry."""
    try:
        return read_address(address).spelled
    except NotAnAddress:
        raise forms.ValidationError(_("“%(line)s” is no e-mail address."), params={"line": address}) from None


def _here_already() -> str:
    return _("Somebody with this address is here already. Find them under “People” and give them the role there.")


def invite(form: InviteForm, *, by_name: str) -> Any | None:
    """The new account with its role, and the mail left; None where another invited the same address meanwhile."""
    try:
        with transaction.atomic():
            user = _new_account(form.cleaned_data)
            give_role(user=user, by_name=by_name, **form.chosen())
            send_invitation(user, by_name=by_name)
    except IntegrityError:
        form.add_error("email", _here_already())
        return None
    return user


def _new_account(said: dict[str, Any]) -> Any:
    """Until its owner sets a password, nobody can sign in with it."""
    user = get_user_model().objects.create_user(
        said["email"], said["email"], first_name=said["first_name"], last_name=said["last_name"]
    )
    UserProfile.objects.create(user=user, preferred_language=said["language"])
    return user


def send_invitation(user: Any, *, by_name: str) -> None:
    """In their own language, through the outbox like every mail. It says who asks: a link from nobody is suspect."""
    language = UserProfile.get_for_user(user).get_preferred_language()
    with translation.override(language):
        words = {
            "by_name": by_name,
            "organisation": the_brand().text_in(language).organisation or settings.WAGTAIL_SITE_NAME,
            "name": user.first_name,
            "link": link_to_set_a_password(user),
            "days": settings.PASSWORD_RESET_TIMEOUT // SECONDS_OF_A_DAY,
            "desk": settings.WAGTAILADMIN_BASE_URL + reverse("wagtailadmin_home"),
        }
        send_mail(
            _("Your desk is ready"),
            render_to_string("desk/mails/invitation/body.txt", words),
            None,
            [user.email],
        )


def link_to_set_a_password(user: Any) -> str:
    """The same door as for a forgotten password: it works once, and for some days."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    door = reverse("wagtailadmin_password_reset_confirm", args=[key, default_token_generator.make_token(user)])
    return f"{settings.WAGTAILADMIN_BASE_URL}{door}"
