"""Every address of the desk with the rights that open it. A new address is written down here, or a test fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tocsin.desk import rights

type Needed = tuple[tuple[str, ...], ...]

SEE: Needed = (rights.SEE_CAMPAIGNS,)
OPEN: Needed = (rights.SEE_CAMPAIGNS, rights.OPEN_PERSONAL_DATA)
PEOPLE: Needed = (*OPEN, rights.FIND_PEOPLE)
STEER: Needed = (rights.SEE_CAMPAIGNS, rights.DECIDE_ON_LETTERS)
CHANGE: Needed = (rights.CHANGE_CAMPAIGNS,)
TARGETS: Needed = (rights.CHANGE_TARGETS,)
LISTS: Needed = (rights.CHANGE_LISTS,)
IMPORT: Needed = (rights.CHANGE_LISTS, rights.ADD_TARGETS, rights.CHANGE_TARGETS)
MAILBOX: Needed = (rights.OPEN_PERSONAL_DATA,)
TEAM: Needed = (rights.MANAGE_STAFF,)
AUDIT: Needed = (rights.SEE_AUDIT,)
SCRIPTS: Needed = (("pages.change_script",),)
ADD: Needed = (rights.ADD_CAMPAIGNS,)
WRITE: Needed = (rights.SEE_CAMPAIGNS, rights.WRITE_UPDATES)
EXPORT: Needed = (rights.EXPORT_PEOPLE,)
IMPORT_PEOPLE: Needed = (rights.IMPORT_PEOPLE,)
ERASE: Needed = (rights.ERASE_PEOPLE,)

# The screens that Wagtail gives a model.
OF_A_MODEL = ("index", "index_results", "add", "edit", "delete", "history", "history_results", "usage")

# Of one campaign: a role for it is enough.
OF_A_CAMPAIGN: dict[str, Needed] = {
    "campaign:edit": CHANGE,
    "campaign:delete": (rights.REMOVE_CAMPAIGNS,),
    "campaign:history": CHANGE,
    "campaign:history_results": CHANGE,
    "campaign:usage": CHANGE,
    "campaign:hub": SEE,
    "campaign:ledger": SEE,
    "campaign:moderation": SEE,
    "campaign:opened": OPEN,
    "campaign:decide": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:stuck_again": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:letters": SEE,
    "campaign:letters_find": SEE,
    "campaign:control": STEER,
    "campaign:targets": SEE,
    "campaign:target_proof": SEE,
    "campaign:target_proof_csv": SEE,
    "campaign:new_hand_in": OPEN,
    "campaign:target_control": STEER,
    "campaign:hand_ins": SEE,
    "campaign:hand_in": SEE,
    "campaign:hand_in_download": OPEN,
    "campaign:hand_in_over": STEER,
    "campaign:hand_in_away": OPEN,
    "campaign:hand_in_photo": SEE,
    "campaign:letter": SEE,
    "campaign:letter_words": OPEN,
    "campaign:letter_step": STEER,
    "campaign:begun": SEE,
    "campaign:copy_campaign": (rights.SEE_CAMPAIGNS, rights.ADD_CAMPAIGNS),
    "campaign:keep_as_model": (rights.SEE_CAMPAIGNS, rights.CHANGE_CAMPAIGNS),
    "campaign:files": (rights.SEE_CAMPAIGNS, rights.CHANGE_CAMPAIGNS),
    "campaign:take_files": (rights.SEE_CAMPAIGNS, rights.CHANGE_CAMPAIGNS),
    "campaign:write_in": (rights.SEE_CAMPAIGNS, rights.WRITE_PAGES),
    "campaign:alike": SEE,
    "campaign:steer": STEER,
    "campaign:ledger_decide": (rights.SEE_CAMPAIGNS, rights.APPROVE_ENTRIES),
    "campaign:ledger_sheets": (rights.SEE_CAMPAIGNS, rights.ADD_LEDGER_LINES),
    "campaign:ledger_evidence": (rights.SEE_CAMPAIGNS, rights.SEE_EVIDENCE),
    "campaign:sets": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:proposed_set": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:proposed_set_state": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:set_back": (rights.SEE_CAMPAIGNS, rights.MODERATE),
    "campaign:trials": SEE,
    "campaign:trial": SEE,
    "campaign:new_trial": CHANGE,
    "campaign:begin_trial": CHANGE,
    "campaign:end_trial": CHANGE,
    "campaign:remove_trial": CHANGE,
    "campaign:numbers": SEE,
    "campaign:numbers_csv": SEE,
    "campaign:editions": SEE,
    "campaign:edition": SEE,
    "campaign:compare": SEE,
    "campaign:preflight": SEE,
    "campaign:mailing_links": SEE,
    "campaign:try_it": CHANGE,
    "campaign:look": SEE,
    "campaign:look_at": SEE,
    "campaign:changed_words": CHANGE,
    "campaign:supporters": PEOPLE,
    "campaign:person": PEOPLE,
    "campaign:actions": PEOPLE,
    "campaign:consents": PEOPLE,
    "campaign:exports": SEE,
    "campaign:new_export": (rights.SEE_CAMPAIGNS, rights.EXPORT_PEOPLE),
    "campaign:updates": SEE,
    "campaign:new_update": WRITE,
    "campaign:update": SEE,
    "campaign:edit_update": WRITE,
    "campaign:update_preview": SEE,
    "campaign:update_test": WRITE,
    "campaign:update_send": WRITE,
    "campaign:update_step": WRITE,
    # An export with people in it, of this campaign.
    "desk_export": EXPORT,
    "desk_export_state": EXPORT,
    "desk_export_download": EXPORT,
    "desk_export_stop": EXPORT,
}
# What a post needs besides, by what is posted in the test.
POSTS_NEED: dict[str, Needed] = {
    "campaign:ledger": (rights.ADD_LEDGER_LINES,),
    "campaign:letters_find": (rights.OPEN_PERSONAL_DATA,),
}
OF_THE_SITE: dict[str, Needed] = {
    "campaign:add": (rights.ADD_CAMPAIGNS,),
    "campaign:new": ADD,
    "campaign:from_files": ADD,
    "campaign:plan": ADD,
    "campaign:plan_end": ADD,
    "campaign:plan_away": ADD,
    "campaign:models": ADD,
    "campaign:remove_model": (rights.ADD_CAMPAIGNS, rights.CHANGE_CAMPAIGNS),
    "desk_data": ((*rights.FIND_PEOPLE, *rights.EXPORT_PEOPLE),),
    "desk_supporters": (rights.FIND_PEOPLE, rights.OPEN_PERSONAL_DATA),
    "desk_actions": (rights.FIND_PEOPLE, rights.OPEN_PERSONAL_DATA),
    "desk_consents": (rights.FIND_PEOPLE, rights.OPEN_PERSONAL_DATA),
    "desk_find_person": (rights.FIND_PEOPLE,),
    "desk_supporter": (rights.FIND_PEOPLE, rights.OPEN_PERSONAL_DATA),
    "desk_erase_person": ERASE,
    "desk_erase_by_action": ERASE,
    "desk_take_along": ERASE,
    "desk_take_along_by_action": ERASE,
    "desk_exports": EXPORT,
    "desk_new_export": EXPORT,
    **{
        f"desk_import{name}": IMPORT_PEOPLE
        for name in ("s", "", "_state", "_check", "_as_typed", "_carry_out", "_take_back")
    },
    "desk_import_left_out": IMPORT_PEOPLE,
    "scripts:script": SCRIPTS,
    "scripts:review": (rights.APPROVE_SCRIPTS,),
    "scripts:step": SCRIPTS,
    "desk_mailbox": MAILBOX,
    "desk_mail": MAILBOX,
    "desk_mail_raw": MAILBOX,
    "desk_target_proof": SEE,
    "desk_target_proof_csv": SEE,
    "desk_target_control": STEER,
    "desk_notice_settle": STEER,
    "desk_people": TEAM,
    "desk_keys": TEAM,
    "desk_new_key": TEAM,
    "desk_end_key": TEAM,
    "desk_invite": TEAM,
    "desk_person": TEAM,
    "desk_role_give": TEAM,
    "desk_role_take": TEAM,
    "desk_account_off": TEAM,
    "desk_account_on": TEAM,
    "desk_invite_again": TEAM,
    "desk_second_factor_reset": TEAM,
    "desk_audit": AUDIT,
    "desk_audit_export": AUDIT,
    "desk_endpoints": TEAM,
    **{f"desk_endpoint{name}": TEAM for name in ("", "_new", "_change", "_secret", "_off", "_on", "_remove", "_test")},
    "desk_endpoint_state": TEAM,
    "desk_endpoint_call_again": TEAM,
    **{f"scripts:{name}": SCRIPTS for name in ("index", "add", "edit", "delete")},
    **{f"target:{name}": TARGETS for name in OF_A_MODEL},
    "target:repoint": (rights.CHANGE_TARGETS, rights.DECIDE_ON_LETTERS),
    **{f"target_list:{name}": LISTS for name in (*OF_A_MODEL, "add_members", "change_members")},
    "target_list:members": (rights.SEE_TARGETS,),
    "desk_postal_codes": LISTS,
    **{f"desk_postal_table{name}": LISTS for name in ("", "_state", "_use", "_take_back", "_remove", "_left_out")},
    "target_list:upload": IMPORT,
    "target_list:import": IMPORT,
    "target_list:import_columns": IMPORT,
    "target_list:import_carry_out": IMPORT,
    "target_list:import_take_back": IMPORT,
    "target_list:import_left_out": IMPORT,
}
# Lists that open to everybody who sees any campaign, and show those alone.
OF_ANY_CAMPAIGN = {"campaign:index", "campaign:index_results", "desk_numbers", "desk_numbers_csv"}


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    path: str


def addresses_of_the_desk() -> list[Address]:
    """Those that are ours: Wagtail's own have guards of their own."""
    return list(_ours(get_resolver().url_patterns, [], ""))


def _ours(patterns: list[Any], names: list[str], before: str) -> Iterator[Address]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = [*names, pattern.namespace] if pattern.namespace else names
            yield from _ours(pattern.url_patterns, inside, path)
        elif isinstance(pattern, URLPattern) and path.startswith("desk/") and _is_ours(pattern, names):
            yield Address(":".join([*names, pattern.name or ""]), path)


def _is_ours(pattern: URLPattern, names: list[str]) -> bool:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    if view.__module__.startswith("tocsin.desk.account."):  # one's own account, and the way in: for everybody
        return False
    if (
        view.__module__ == "tocsin.desk.wagtail_api"
    ):  # open to everybody, and tells each only theirs (test_api_doors.py)
        return False
    return view.__module__.startswith("tocsin.") or names in (["campaign"], ["target"], ["target_list"], ["scripts"])
