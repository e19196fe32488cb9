"""Django asks here whether somebody may do something: the answer is in their roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from tocsin.campaigns.models import Campaign
from tocsin.staff.roles import held_by


class Roles(BaseBackend):
    """Signs nobody in. `user.has_perm(right)` is about the whole site, `user.has_perm(right, campaign)` about one."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if obj is None:
            return held_by(user_obj).has(perm)
        return isinstance(obj, Campaign) and held_by(user_obj).has(perm, obj.pk)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        held = held_by(user_obj)
        if obj is None:
            return set(held.site)
        return set(held.site | held.campaigns.get(obj.pk, frozenset())) if isinstance(obj, Campaign) else set()
