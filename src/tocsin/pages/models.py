"""The two kinds of page the public reads: the home page of a language, and the action page of a campaign in it."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page
from wagtail.search import index
from wagtail.signals import page_published, post_page_move
from wagtail.url_routing import RouteResult

from tocsin.campaigns.models import Campaign
from tocsin.campaigns.republish import on_change
from tocsin.pages import answers, previews
from tocsin.pages.afterwards import Afterwards
from tocsin.pages.beside import BESIDE
from tocsin.pages.blocks import (
    TEXT_FEATURES,
    BackgroundBlock,
    ConsentsBlock,
    DetailsBlock,
    StoryBlock,
    TalkingPointsBlock,
)
from tocsin.pages.brand import BrandSettings as BrandSettings
from tocsin.pages.brand import BrandText as BrandText
from tocsin.pages.editing import ActionPageForm, action_page_screen, home_page_screen
from tocsin.pages.letter_blocks import OpeningsBlock, PromptsBlock, SubjectsBlock, VariantsBlock
from tocsin.pages.publish import publish_page, republish_campaign
from tocsin.pages.question_blocks import QuestionsBlock
from tocsin.pages.readiness import reasons_against_publishing
from tocsin.pages.review import Review as Review
from tocsin.pages.script_history import ScriptStep as ScriptStep
from tocsin.pages.script_history import ScriptVersion as ScriptVersion
from tocsin.pages.scripts import Script as Script
from tocsin.pages.testers import ActionPageTester, HomePageTester


def _picture(name: Any, help_text: Any = "") -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=name,
        help_text=help_text,
    )


class PublicPage(Page):
    """What both kinds share: everybody may read them, and nobody may post to them."""

    private_page_options: ClassVar[list[str]] = []
    allowed_http_methods: ClassVar = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]

    class Meta:
        abstract = True

    def path_in_site(self) -> str:
        """The page's address without the host; “/” for one that is not in the tree yet."""
        parts = self.get_url_parts() if self.url_path else None
        return (parts and parts[2]) or "/"


class HomePage(PublicPage):
    """The way in, in one language: the action pages that are live in it."""

    intro = models.TextField(
        _("introduction"), blank=True, help_text=_("Who you are and what people can do here. A few sentences.")
    )

    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["pages.ActionPage"]
    edit_handler = home_page_screen

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def permissions_for_user(self, user: Any) -> HomePageTester:
        return HomePageTester(user, self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As Wagtail does, but an action page is found together with all it is shown with, in one query."""
        if not path_components:
            return super().route(request, path_components)
        found = ActionPage.objects.child_of(self).select_related("campaign", "locale", "hero_image")
        page = found.filter(slug=path_components[0]).first()
        if page is None:
            raise Http404
        return page.route(request, path_components[1:])

    def serve(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return answers.home(request, self, self.live_actions())

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:  # noqa: ARG002
        return answers.home(request, self, self.live_actions())

    def live_actions(self) -> models.QuerySet[ActionPage]:
        """The newest first."""
        mine = ActionPage.objects.child_of(self).live() if self.pk else ActionPage.objects.none()
        found: models.QuerySet[ActionPage] = mine.select_related("campaign", "locale", "hero_image")
        return found.order_by("-first_published_at", "-pk")


class ActionPage(PublicPage, Afterwards):  # type: ignore[django-manager-missing]  # Wagtail has no types
    """The public page of a campaign in one language. Its words are here; its mechanics are the campaign's."""

    class LetterMode(models.TextChoices):
        EDITABLE = "editable", _("People begin with your letter and may rewrite it")
        LOCKED = "locked", _("People sign your letter as it stands")
        BLANK = "blank", _("People write their own, helped by talking points")

    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        related_name="action_pages",
        verbose_name=_("campaign"),
        help_text=_("Whose count, targets and dates this page has. One live page in each language."),
    )
    demand = models.CharField(
        _("demand"), max_length=250, help_text=_("What you ask for, in one sentence. It stands below the title.")
    )
    hero_image = _picture(_("picture"), _("Wide, at least 1600 pixels. It is the first thing people see."))
    hero_alt = models.CharField(
        _("what it shows"), max_length=250, blank=True, help_text=_("One sentence for those who cannot see it.")
    )
    hero_credit = models.CharField(_("credit"), max_length=120, blank=True, help_text=_("Who made the picture."))
    story = StreamField(StoryBlock(), blank=True, verbose_name=_("story"), help_text=_("Why it matters."))
    background_title = models.CharField(
        _("heading"), max_length=120, blank=True, help_text=_("What is behind it, like “How the agreement works”.")
    )
    background = StreamField(BackgroundBlock(), blank=True, verbose_name=_("background"))

    form_headline = models.CharField(
        _("headline"), max_length=160, blank=True, help_text=_("Empty for “Write your letter” or “Sign the petition”.")
    )
    form_intro = models.TextField(_("introduction"), blank=True, help_text=_("A sentence or two before the form."))
    button = models.CharField(
        _("button"), max_length=60, blank=True, help_text=_("Empty for “Send my letter” or “Sign”.")
    )
    letter_mode = models.CharField(
        _("how people write"), max_length=10, choices=LetterMode, default=LetterMode.EDITABLE
    )
    letter_subject = models.CharField(_("subject"), max_length=150, blank=True)
    letter_text = models.TextField(
        _("letter"),
        max_length=8000,
        blank=True,
        help_text=_("Without greeting and signature: those are added from the target and from the supporter's name."),
    )
    letter_closing = models.CharField(
        _("closing"), max_length=300, blank=True, help_text=_("The supporter's name follows.")
    )
    talking_points = StreamField(
        TalkingPointsBlock(),
        blank=True,
        verbose_name=_("talking points"),
        help_text=_("For those who begin with an empty letter: what they may want to say."),
    )
    letter_header = models.TextField(
        _("first lines"),
        max_length=1000,
        blank=True,
        help_text=_(
            "Stand before what people write, and cannot be changed by them. {name}, {city}, {postal_code}, {riding}, "
            "{target} and {office} are filled in for each letter, here and in the closing."
        ),
    )
    openings = StreamField(
        OpeningsBlock(),
        blank=True,
        verbose_name=_("openings"),
        help_text=_(
            "Each person is offered one of them as the first paragraph. Offices sort out letters that are alike."
        ),
    )
    subjects = StreamField(
        SubjectsBlock(),
        blank=True,
        verbose_name=_("further subjects"),
        help_text=_("Turned from person to person, together with the subject above."),
    )
    prompts = StreamField(
        PromptsBlock(),
        blank=True,
        verbose_name=_("questions"),
        help_text=_("Like “Why does this matter to you?” The answer becomes a paragraph of the letter. At most three."),
    )
    variants = StreamField(
        VariantsBlock(),
        blank=True,
        verbose_name=_("other words for some targets"),
        help_text=_("The first whose rule matches is used."),
    )
    targets_said = models.CharField(
        _("who gets it, in words"),
        max_length=120,
        blank=True,
        help_text=_(
            "Where who gets the letter depends on who writes: “your member of Parliament”. Empty for the usual words."
        ),
    )
    petition_text = models.TextField(_("petition"), max_length=8000, blank=True)
    details = StreamField(
        DetailsBlock(), blank=True, verbose_name=_("details"), help_text=_("What the form asks, in this order.")
    )
    questions = StreamField(
        QuestionsBlock(),
        blank=True,
        verbose_name=_("questions of your own"),
        help_text=_(
            "What else you want to know. The answers are for you: no target gets them. At most ten; each costs people. "
            "To ask for a permission, use a consent."
        ),
    )
    consents = StreamField(
        ConsentsBlock(),
        blank=True,
        verbose_name=_("consents"),
        help_text=_("What you ask permission for. Acting never depends on the answer."),
    )
    data_note = models.TextField(
        _("what happens to the data"),
        blank=True,
        help_text=_(
            "Stands before the button. Empty for a text made from what the form asks and where it goes. If a letter "
            "leaves the country, say so here."
        ),
    )

    thanks_headline = models.CharField(_("headline"), max_length=160, blank=True)
    thanks_text = RichTextField(_("text"), blank=True, features=TEXT_FEATURES)
    mail_subject = models.CharField(_("subject"), max_length=150, blank=True)
    mail_text = models.TextField(
        _("text"), blank=True, help_text=_("Plain text. {name} becomes the supporter's first name.")
    )
    share_text = models.CharField(
        _("text"), max_length=250, blank=True, help_text=_("What people send to friends. Empty for one with the title.")
    )
    share_image = _picture(_("picture"), _("Shown where the page is shared. Empty for the picture at the top."))

    parent_page_types: ClassVar = ["pages.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    base_form_class = ActionPageForm
    edit_handler = action_page_screen
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("demand"), index.SearchField("story")]

    class Meta:
        verbose_name = _("action page")
        verbose_name_plural = _("action pages")

    def permissions_for_user(self, user: Any) -> ActionPageTester:
        return ActionPageTester(user, self)

    def save(self, clean: bool = True, *args: Any, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Wagtail's signature)
        """A page that is live is ready, also if it was not the edit screen that published it."""
        if clean and self.live and (reasons := reasons_against_publishing(self)):
            raise ValidationError(dict(reversed(reasons)))
        return super().save(clean, *args, **kwargs)  # type: ignore[call-arg]  # Wagtail has no types

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:  # noqa: ARG002
        """The page, and what stands beside it: its number, how that is counted, its scripts."""
        if not self.live:
            raise Http404
        if path_components and "/".join(path_components) not in BESIDE:
            raise Http404
        return RouteResult(self, args=path_components)

    def serve(self, request: HttpRequest, beside: str = "", **_kwargs: Any) -> HttpResponse:
        return BESIDE[beside](self) if beside else answers.action_page(request, self)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return previews.preview_modes(self)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return previews.preview(request, self, mode_name)


# Wagtail publishes, unpublishes and moves pages by itself (schedules, workflows, menus) and tells of it by its signals:
# there is no other door.
@receiver([page_published, post_page_move], sender=ActionPage)
def editions_follow_the_page(instance: ActionPage, **_kwargs: Any) -> None:
    if instance.live:
        publish_page(instance)


on_change(republish_campaign)
