"""What comes between a right password and the desk: the second factor, unless it was shown elsewhere."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from tocsin.desk.account.second_factor import shown_elsewhere


class AskSecondFactor(AuthenticateStage):
    def _should_handle(self, request: HttpRequest) -> bool:
        return super()._should_handle(request) and not shown_elsewhere(request, self.login.user)
