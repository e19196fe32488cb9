"""Wagtail's account screen: with the way to one's own second factor and sessions, and open to who has no name yet."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.forms.account import NameEmailForm
from wagtail.admin.views.account import AccountView, BaseSettingsPanel, NameEmailSettingsPanel


class SignInPanel(BaseSettingsPanel):
    name = "sign_in"
    title = _("Signing in")
    order = 150
    template_name = "desk/account/panel.html"

    def get_form(self) -> Form:
        """Nothing to fill in here."""
        return Form()


class NameForm(NameEmailForm):
    """An account made by a command has no name, and its owner may want to change no more than the language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].required = False


class NamePanel(NameEmailSettingsPanel):
    form_class = NameForm


class Account(AccountView):
    def get_panels(self) -> list[Any]:
        """Wagtail's, but for the one that demands a name."""
        return [
            NamePanel(panel.request, panel.user, panel.profile) if isinstance(panel, NameEmailSettingsPanel) else panel
            for panel in super().get_panels()
        ]


# Wagtail has no way to put another panel in place of its own. This stands before its address, in the root table.
ACCOUNT: list[URLPattern] = [path("account/", never_cache(require_admin_access(Account.as_view())))]
