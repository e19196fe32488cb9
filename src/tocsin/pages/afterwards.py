"""What comes after: the action that people may take next, how a campaign ended, and where its closed page leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField

from tocsin.campaigns.words import EditionWords
from tocsin.pages.blocks import TEXT_FEATURES

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


class Result(models.TextChoices):
    """How it ended."""

    WON = "won", _("Won")
    PARTLY = "partly", _("Won in part")
    LOST = "lost", _("Not won")
    GOES_ON = "goes_on", _("It goes on")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands in the form's place once a campaign is closed."""

    result: Result
    day: date | None
    headline: str
    text: str

    @property
    def label(self) -> str | Promise:
        return self.result.label


def _page(name: Any, help_text: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "pages.ActionPage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=name,
        help_text=help_text,
    )


class Afterwards(models.Model):
    """The part of an action page that is about what follows."""

    next_action = _page(
        _("next action"),
        _(
            "The page that thanks offers it, with people's details filled in, for half an hour. Choose a page of "
            "another campaign; its page in this language is used. It is offered as long as that campaign is open."
        ),
    )
    outcome_result = models.CharField(
        _("how it ended"), max_length=10, choices=Result, blank=True, help_text=_("Shown on the home page, too.")
    )
    outcome_day = models.DateField(_("when"), null=True, blank=True)
    outcome_headline = models.CharField(
        _("headline"), max_length=160, blank=True, help_text=_("Like “The agreement was suspended”.")
    )
    outcome_text = RichTextField(_("text"), blank=True, features=TEXT_FEATURES)
    closed_leads_to = _page(
        _("lead readers on"),
        _(
            "Once the campaign is closed, whoever opens this page comes to that one instead, as long as it is open. "
            "Empty: they stay, and read how it ended."
        ),
    )

    class Meta:
        abstract = True

    @property
    def outcome(self) -> Outcome | None:
        if not self.outcome_result:
            return None
        return Outcome(Result(self.outcome_result), self.outcome_day, self.outcome_headline, self.outcome_text)


def add_what_follows(words: EditionWords, page: ActionPage) -> None:
    """Only the campaign is frozen: which edition of it is shown is asked when somebody is thanked."""
    if (
        page.next_action is not None
        and page.next_action.campaign_id
        and page.next_action.campaign_id != page.campaign_id
    ):
        words["follows"] = {"campaign": page.next_action.campaign_id}


def where_it_leads(page: ActionPage) -> str:
    """The address that readers of a closed page are led on to, or empty. Never to a page that is closed itself, so that
    two pages cannot send a reader to and fro."""
    onward = page.closed_leads_to
    if onward is None or not onward.live or onward.campaign is None or not onward.campaign.open_for_signing():
        return ""
    return str(onward.path_in_site())


def reasons_about_what_follows(page: ActionPage) -> Iterator[tuple[str, Any]]:
    for field in ("next_action", "closed_leads_to"):
        chosen = getattr(page, field)
        if chosen is not None and chosen.campaign_id == page.campaign_id:
            yield field, _("This page is of the same campaign. Choose one of another.")
    if page.next_action is not None and page.next_action.campaign_id and not _speaks(page.next_action, page):
        yield "next_action", _("That campaign has no page in this language. Write one first, or choose another.")
    if page.outcome_result and not page.outcome_headline.strip():
        yield "outcome_headline", _("Say in a sentence how it ended.")
    # An editor that was sent before it had started leaves an empty paragraph.
    if (page.outcome_headline.strip() or strip_tags(page.outcome_text).strip()) and not page.outcome_result:
        yield "outcome_result", _("Choose how it ended: without it, nothing of this is shown.")


def _speaks(chosen: ActionPage, page: ActionPage) -> bool:
    campaign = chosen.campaign
    return campaign is not None and bool(campaign.action_pages.filter(locale=page.locale).exists())


def next_action_panel() -> MultiFieldPanel:
    return MultiFieldPanel([FieldPanel("next_action")], heading=_("One more thing they can do"))


def afterwards_panels() -> list[MultiFieldPanel]:
    return [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("outcome_result"), FieldPanel("outcome_day")]),
                FieldPanel("outcome_headline"),
                FieldPanel("outcome_text"),
            ],
            heading=_("How it ended"),
            help_text=_(
                "Stands in the form's place once the campaign is closed, with the final number. The closing date is "
                "among the campaign's settings, in its own time zone."
            ),
        ),
        MultiFieldPanel([FieldPanel("closed_leads_to")], heading=_("Where a closed page leads")),
    ]
