"""Where the desk is joined to Wagtail: its menu, addresses, first screen, permissions, log and style."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.documents.wagtail_hooks import DocumentsSummaryItem
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from tocsin.campaigns.models import Campaign
from tocsin.desk import journal, mailbox, publishing, wagtail_api
from tocsin.desk import trail as trail  # its receivers listen from here on
from tocsin.desk.account.panel import SignInPanel
from tocsin.desk.account.urls import INSIDE
from tocsin.desk.audit import AUDIT
from tocsin.desk.campaigns import Campaigns
from tocsin.desk.campaigns_by_role import CampaignsByRole
from tocsin.desk.data_tabs import data_tabs
from tocsin.desk.data_urls import DATA_OF_ALL
from tocsin.desk.endpoints import ENDPOINTS
from tocsin.desk.figure_urls import NUMBERS_OF_ALL
from tocsin.desk.home import CampaignsPanel
from tocsin.desk.keys import KEYS
from tocsin.desk.other_software import OTHER_SOFTWARE
from tocsin.desk.people import PEOPLE, PEOPLE_WORDS
from tocsin.desk.postal_codes import POSTAL_CODES
from tocsin.desk.proof_urls import PROOF_OF_ALL
from tocsin.desk.rights import (
    CHANGE_LISTS,
    MANAGE_STAFF,
    OPEN_PERSONAL_DATA,
    SEE_AUDIT,
    grantable_permissions,
    may,
    sees_campaigns,
)
from tocsin.desk.scripts import Scripts
from tocsin.desk.target_lists import TargetLists
from tocsin.desk.targets import Targets
from tocsin.desk.words_panel import ChangedWordsPanel

# What a campaigner does not need. The site history stays, under reports: it is the record of who did what.
NOT_IN_THE_MENU = {"help", "documents"}
NOT_IN_SETTINGS = {"workflows", "workflow-tasks", "collections"}
# Who may do what is given by roles, under “People”. Wagtail's own rooms for it stay for accounts without limits.
ONLY_WITHOUT_LIMITS = {"users", "groups", "site-history"}
IN_REPORTS = {"site-history"}

register_permission_policy(Campaign, CampaignsByRole(Campaign))


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [Campaigns(), Targets(), TargetLists(), Scripts()]


@hooks.register("register_admin_urls")
def register_mailbox_urls() -> list[URLPattern]:
    return [
        path("mailbox/", mailbox.mails, name="desk_mailbox"),
        path("mailbox/<str:name>/", mailbox.mail, name="desk_mail"),
        path("mailbox/<str:name>/raw/", mailbox.raw, name="desk_mail_raw"),
    ]


@hooks.register("register_admin_urls")
def register_proof_urls() -> list[URLPattern]:
    return PROOF_OF_ALL


@hooks.register("register_admin_urls")
def register_urls_of_people_and_audit() -> list[URLPattern]:
    return [*PEOPLE, *AUDIT]


@hooks.register("register_admin_urls")
def register_urls_of_postal_codes() -> list[URLPattern]:
    return POSTAL_CODES


class ItemForSome(MenuItem):
    """Shown to those who have a right on the whole site."""

    def __init__(self, *args: Any, right: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request.user, self.right)


@hooks.register("register_settings_menu_item")
def register_people_menu_item() -> MenuItem:
    return ItemForSome(
        PEOPLE_WORDS, reverse_lazy("desk_people"), name="people", icon_name="group", order=10, right=MANAGE_STAFF
    )


@hooks.register("register_settings_menu_item")
def register_audit_menu_item() -> MenuItem:
    return ItemForSome(
        _("What staff did"), reverse_lazy("desk_audit"), name="audit", icon_name="history", order=20, right=SEE_AUDIT
    )


@hooks.register("register_settings_menu_item")
def register_postal_codes_menu_item() -> MenuItem:
    """Loaded once in some years, for all campaigns: where a screen says that there are none, it leads there."""
    return ItemForSome(
        _("Postal codes"),
        reverse_lazy("desk_postal_codes"),
        name="postal-codes",
        icon_name="table",
        order=30,
        right=CHANGE_LISTS,
    )


@hooks.register("register_admin_urls")
def register_urls_of_other_software() -> list[URLPattern]:
    return [*KEYS, *ENDPOINTS]


@hooks.register("register_settings_menu_item")
def register_other_software_menu_item() -> MenuItem:
    return ItemForSome(
        OTHER_SOFTWARE,
        reverse_lazy("desk_keys"),
        name="other-software",
        icon_name="link-external",
        order=40,
        right=MANAGE_STAFF,
    )


@hooks.register("register_admin_urls")
def register_numbers_urls() -> list[URLPattern]:
    return NUMBERS_OF_ALL


class NumbersMenuItem(MenuItem):
    """For those who may see campaigns."""

    def is_shown(self, request: HttpRequest) -> bool:
        return sees_campaigns(request.user)


@hooks.register("register_admin_menu_item")
def register_numbers_menu_item() -> MenuItem:
    return NumbersMenuItem(_("Numbers"), reverse_lazy("desk_numbers"), name="numbers", icon_name="table", order=55)


@hooks.register("register_admin_urls")
def register_data_urls() -> list[URLPattern]:
    return DATA_OF_ALL


class DataMenuItem(MenuItem):
    """For whoever may do anything with people's data."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(data_tabs(request, None, ""))


@hooks.register("register_admin_menu_item")
def register_data_menu_item() -> MenuItem:
    return DataMenuItem(_("Supporters"), reverse_lazy("desk_data"), name="supporters", icon_name="group", order=62)


@hooks.register("register_admin_urls")
def register_account_urls() -> list[URLPattern]:
    return INSIDE


@hooks.register("register_account_settings_panel")
def register_sign_in_panel(request: HttpRequest, user: Any, profile: Any) -> SignInPanel:
    return SignInPanel(request, user, profile)


class MailboxMenuItem(MenuItem):
    """Only where mail goes into files instead of out."""

    def is_shown(self, request: HttpRequest) -> bool:
        return settings.TOCSIN_MAIL_URL.scheme == "mailbox" and may(request.user, OPEN_PERSONAL_DATA)


@hooks.register("register_admin_menu_item")
def register_mailbox_menu_item() -> MenuItem:
    return MailboxMenuItem(_("Mailbox"), reverse_lazy("desk_mailbox"), name="mailbox", icon_name="mail", order=70)


@hooks.register("construct_main_menu")
def keep_the_menu_short(_request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_IN_THE_MENU]


@hooks.register("construct_settings_menu")
def keep_settings_short(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_IN_SETTINGS and _is_for(request, item)]


@hooks.register("construct_reports_menu")
def keep_reports_short(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name in IN_REPORTS and _is_for(request, item)]


def _is_for(request: HttpRequest, item: MenuItem) -> bool:
    return item.name not in ONLY_WITHOUT_LIMITS or bool(getattr(request.user, "is_superuser", False))


hooks.register("construct_admin_api", wagtail_api.register, order=100)  # after Wagtail's own
hooks.register("construct_page_action_menu", publishing.offer_review)
hooks.register("after_publish_page", publishing.after_publishing)


@hooks.register("construct_homepage_summary_items", order=100)
def leave_documents_out(_request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if not isinstance(item, DocumentsSummaryItem)]


@hooks.register("construct_homepage_panels")
def put_campaigns_first(_request: HttpRequest, panels: list[Any]) -> None:
    panels += [ChangedWordsPanel(), CampaignsPanel()]


@hooks.register("register_permissions")
def offer_permissions() -> QuerySet[Permission]:
    return grantable_permissions()


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    journal.register(actions)


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "desk/icons/bell.svg"]


@hooks.register("insert_global_admin_css")
def style() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("desk/desk.css"))
