"""What each role may do: one table from roles to rights, and what one person may by theirs, read once a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.staff.models import Membership, Role

ENTER = "wagtailadmin.access_admin"
TRANSLATE_PAGES = "simple_translation.submit_translation"
NUMBERS = frozenset({ENTER, "campaigns.view_campaign"})
CAMPAIGNS = frozenset({"campaigns.add_campaign", "campaigns.change_campaign", "campaigns.delete_campaign"})
TARGETS = frozenset(
    f"campaigns.{act}_{thing}" for act in ("view", "add", "change", "delete") for thing in ("target", "targetlist")
)
PAGES = frozenset(f"wagtailcore.{act}_page" for act in ("add", "change", "publish", "lock", "unlock"))
PICTURES = frozenset(f"wagtailimages.{act}_image" for act in ("choose", "add", "change", "delete"))
LETTERS = frozenset({"outbox.change_message", "staff.write_update"})
SCRIPTS = frozenset(f"pages.{act}_script" for act in ("view", "add", "change", "delete")) | {"staff.approve_script"}
PEOPLE = frozenset({"actions.view_action"})
PEOPLE |= {f"staff.{act}_people" for act in ("find", "export", "import", "erase")}

RIGHTS: dict[str, frozenset[str]] = {
    Role.VIEWER: NUMBERS,
    Role.CAMPAIGNER: NUMBERS
    | CAMPAIGNS
    | TARGETS
    | PAGES
    | PICTURES
    | LETTERS
    | {"campaigns.add_counterentry", TRANSLATE_PAGES},
    Role.MODERATOR: NUMBERS | {"actions.view_action", "actions.change_action", "staff.approve_entry"},
    # Whoever answers for personal data must be able to read who opened them.
    Role.DATA_OFFICER: NUMBERS | PEOPLE | {"staff.see_audit"},
}
RIGHTS[Role.ADMINISTRATOR] = (
    frozenset().union(*RIGHTS.values()) | SCRIPTS | {"pages.change_brandsettings", "staff.manage_staff"}
)
# What belongs to no single campaign: a role for one campaign does not give it.
OF_THE_SITE = TARGETS | PICTURES | {"campaigns.add_campaign", "pages.change_brandsettings"}
OF_THE_SITE |= {"staff.see_audit", "staff.manage_staff"}
# Doors that everybody goes through who works on any campaign at all; what is behind them asks about the campaign.
ANYWHERE = frozenset({ENTER, TRANSLATE_PAGES})


@dataclass(frozen=True, slots=True)
class Held:
    """The rights that somebody has by their roles: on the whole site, and for single campaigns."""

    site: frozenset[str]
    campaigns: Mapping[int, frozenset[str]]

    def has(self, right: str, campaign_id: int | None = None) -> bool:
        """On the whole site; with a campaign's number, for that campaign too."""
        if right in self.site:
            return True
        if campaign_id is not None:
            return right in self.campaigns.get(campaign_id, ())
        return right in ANYWHERE and bool(self.with_right(right))

    def with_right(self, right: str) -> set[int]:
        """The numbers of the single campaigns for which somebody has this right."""
        return {number for number, rights in self.campaigns.items() if right in rights}


def held_by(person: Any) -> Held:
    """One query, remembered on the object: a request has one, and a change is seen by the next request."""
    if not person.is_active:
        return Held(frozenset(), {})
    known = getattr(person, "_rights_by_roles", None)
    if known is None:
        known = person._rights_by_roles = _added_up(person.pk)  # noqa: SLF001  (our own memory)
    return known


def _added_up(user_id: int) -> Held:
    site: frozenset[str] = frozenset()
    campaigns: dict[int, frozenset[str]] = {}
    for role, campaign_id in Membership.objects.filter(user=user_id).values_list("role", "campaign_id"):
        rights = RIGHTS.get(role, frozenset())
        if campaign_id is None:
            site |= rights
        else:
            campaigns[campaign_id] = campaigns.get(campaign_id, frozenset()) | (rights - OF_THE_SITE)
    return Held(site, campaigns)


def forget_rights(person: Any) -> None:
    """After a change in the same request."""
    person.__dict__.pop("_rights_by_roles", None)
