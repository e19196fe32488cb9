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

from tocsin.desk import journal, mailbox, publishing
from tocsin.desk.campaigns import Campaigns
from tocsin.desk.home import CampaignsPanel
from tocsin.desk.proof_urls import PROOF_OF_ALL
from tocsin.desk.rights import OPEN_PERSONAL_DATA, grantable_permissions, may
from tocsin.desk.target_lists import TargetLists
from tocsin.desk.targets import Targets
from tocsin.desk.words_panel import ChangedWordsPanel

# What a campaigner does not need. The site history stays, under reports: it is the record of who did what.
NOT_IN_THE_MENU = {"help", "documents"}
NOT_IN_SETTINGS = {"workflows", "workflow-tasks", "collections"}
IN_REPORTS = {"site-history"}


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [Campaigns(), Targets(), TargetLists()]


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
def keep_settings_short(_request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_IN_SETTINGS]


@hooks.register("construct_reports_menu")
def keep_reports_short(_request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name in IN_REPORTS]


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
