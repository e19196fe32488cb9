"""What stands on Wagtail's account screen: the way to one's own second factor and sessions."""

from __future__ import annotations

from django.forms import Form
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel


class SignInPanel(BaseSettingsPanel):
    name = "sign_in"
    title = _("Signing in")
    order = 150
    template_name = "desk/account/panel.html"

    def get_form(self) -> Form:
        """Nothing to fill in here."""
        return Form()
