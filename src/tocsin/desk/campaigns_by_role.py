"""What Wagtail asks about campaigns, answered from people's roles: the list shows, and a screen opens, only theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.permission_policies import ModelPermissionPolicy

from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import campaigns_with, may, refuse
from tocsin.staff.roles import held_by


class CampaignsByRole(ModelPermissionPolicy):
    def user_has_permission(self, user: Any, action: str) -> bool:
        """For all of them, or for any single one: which, is asked by the screen."""
        name = self._get_permission_name(action)
        return bool(user.has_perm(name) or held_by(user).with_right(name))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Campaign) -> bool:
        return may(user, (self._get_permission_name(action),), instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Campaign]:
        return campaigns_with(user, tuple(self._get_permission_name(action) for action in actions))


class OfThisCampaign:
    """For Wagtail's own views: they ask for a right on any campaign, this asks for it on the one that is shown."""

    request: HttpRequest
    rights: tuple[str, ...] = ()

    def get_object(self, *args: Any, **kwargs: Any) -> Campaign:
        found: Campaign = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not may(self.request.user, self.rights, found):
            refuse(self.request)
        return found
