"""The edit screens: an action page's in tabs that a campaigner knows, the home page's, and the form behind them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)

from tocsin.pages.afterwards import afterwards_panels, next_action_panel
from tocsin.pages.defaults import first_words
from tocsin.pages.preflight import page_lines
from tocsin.pages.preflight_lines import Group
from tocsin.pages.readiness import reasons_against_publishing
from tocsin.pages.testers import campaigns_one_may_write_for


class ActionPageForm(WagtailAdminPageForm):
    """Fills in what a new page can begin with; on publishing, says what is still to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        page = kwargs["instance"]
        if page.pk is None and kwargs.get("parent_page") is not None:
            prefill(page, kwargs["parent_page"].locale.language_code)
        super().__init__(*args, **kwargs)
        if self.for_user is not None and "campaign" in self.fields:
            self.fields["campaign"].queryset = campaigns_one_may_write_for(self.for_user)

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.is_deferred_validation or self.errors:
            return
        for field, reason in reasons_against_publishing(self.instance):
            self.add_error(field if field in self.fields else None, reason)


def prefill(page: Any, language: str) -> None:
    """Gives a new page the first words of its language, wherever it has none of its own."""
    with translation.override(language):
        for name, words in first_words().items():
            if not getattr(page, name):
                setattr(page, name, _with_ids(words))


def _with_ids(words: Any) -> Any:
    """The edit screen folds a block away by its id. Without any, one button would fold the first block for all."""
    return [{**block, "id": str(uuid4())} for block in words] if isinstance(words, list) else words


class ScriptsPanel(HelpPanel):
    """Lists the page's scripts, with a way to change them for those who have the right. Nothing here is saved."""

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["may_add"] = self.request.user.has_perm("pages.add_script")
            context["may_change"] = self.request.user.has_perm("pages.change_script")
            return context


class PreflightPanel(HelpPanel):
    """What somebody should look at on this page, as it was saved last."""

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            page = self.instance
            context["lines"] = Group("", page_lines(page)).sorted if page.pk else []
            context["campaign"] = page.campaign
            return context


STORY = [
    TitleFieldPanel("title", heading=_("Title"), placeholder=_("What this is about, in a few words")),
    FieldPanel("campaign"),
    FieldPanel("demand"),
    MultiFieldPanel(
        [FieldPanel("hero_image"), FieldRowPanel([FieldPanel("hero_alt"), FieldPanel("hero_credit")])],
        heading=_("Picture at the top"),
    ),
    FieldPanel("story"),
    MultiFieldPanel(
        [FieldPanel("background_title"), FieldPanel("background")],
        heading=_("Background, folded away below the story"),
        classname="collapsed",
    ),
]
FORM_AND_LETTER = [
    MultiFieldPanel(
        [FieldPanel("form_headline"), FieldPanel("form_intro"), FieldPanel("button")], heading=_("The form")
    ),
    MultiFieldPanel(
        [
            FieldPanel("letter_mode"),
            FieldPanel("letter_subject"),
            FieldPanel("letter_header"),
            FieldPanel("letter_text"),
            FieldPanel("letter_closing"),
            FieldPanel("talking_points"),
            FieldPanel("prompts"),
        ],
        heading=_("The letter – for a campaign of letters"),
    ),
    MultiFieldPanel(
        [FieldPanel("openings"), FieldPanel("subjects")],
        heading=_("Turned from person to person, so that letters are less alike"),
        classname="collapsed",
    ),
    MultiFieldPanel(
        [FieldPanel("targets_said"), FieldPanel("variants")],
        heading=_("Who gets it, and other words for some of them"),
        classname="collapsed",
    ),
    MultiFieldPanel([FieldPanel("petition_text")], heading=_("The text that is signed – for a petition")),
    MultiFieldPanel(
        [FieldPanel("details"), FieldPanel("questions"), FieldPanel("consents"), FieldPanel("data_note")],
        heading=_("About the supporter"),
    ),
]
THANKS_AND_SHARING = [
    MultiFieldPanel(
        [FieldPanel("thanks_headline"), FieldPanel("thanks_text")],
        heading=_("The page that thanks"),
        help_text=_(
            "Seen by everybody right after acting. What happens next, the number and the ways to share are added to it."
        ),
    ),
    next_action_panel(),
    MultiFieldPanel(
        [FieldPanel("mail_subject"), FieldPanel("mail_text")],
        heading=_("The mail that thanks"),
        help_text=_(
            "{name} becomes the person's first name, in the subject and in the text; where none is known, it is left "
            "out with its blank. Below your words the mail has the link to their receipt, the page to pass on, who you "
            "are, and how to stop mails. An empty line begins a paragraph."
        ),
    ),
    MultiFieldPanel(
        [FieldPanel("share_text"), FieldPanel("share_image")],
        heading=_("Telling others"),
        help_text=_("Stands beside the thanks, and wherever the page is shared."),
    ),
]
BEFORE_PUBLISHING = [
    PreflightPanel(template="pages/admin/preflight_panel.html", heading=_("What to look at before publishing"))
]
SCRIPTS = [ScriptsPanel(template="pages/admin/scripts_panel.html", heading=_("Scripts on this page"))]
SETTINGS = [
    MultiFieldPanel(
        [
            FieldPanel(
                "slug",
                heading=_("End of the address"),
                help_text=_(
                    "Short, in the page's language, like keep-the-door-open. Changed later, it breaks links that "
                    "people have passed on."
                ),
            ),
            FieldPanel(
                "seo_title", heading=_("Title in search engines"), help_text=_("Empty for the page's own title.")
            ),
            FieldPanel(
                "search_description",
                heading=_("Text in search engines"),
                help_text=_("A sentence or two. Empty for what the page itself says."),
            ),
        ],
        heading=_("Address, and what search engines show"),
    ),
]

action_page_screen = TabbedInterface(
    [
        ObjectList(STORY, heading=_("Story")),
        ObjectList(FORM_AND_LETTER, heading=_("Form and letter")),
        ObjectList(THANKS_AND_SHARING, heading=_("Thanks and sharing")),
        ObjectList(afterwards_panels(), heading=_("When it is over")),
        ObjectList(SCRIPTS, heading=_("Scripts")),
        ObjectList([*SETTINGS, CommentPanel()], heading=_("Address and search")),
        ObjectList(BEFORE_PUBLISHING, heading=_("Before publishing")),
    ],
    base_form_class=ActionPageForm,
)

home_page_screen = TabbedInterface(
    [
        ObjectList([TitleFieldPanel("title"), FieldPanel("intro")], heading=_("Home page")),
        ObjectList([*SETTINGS], heading=_("Address and search")),
    ],
    base_form_class=WagtailAdminPageForm,
)
