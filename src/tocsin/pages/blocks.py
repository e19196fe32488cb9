"""What a story is built of, and the questions of a form: the blocks a campaigner puts together on the edit screen."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


def only_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise ValidationError(_("Enter an address that begins with https://."))


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Heading"), max_length=160)

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "pages/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("What it shows"),
        max_length=250,
        help_text=_("One sentence for those who cannot see it. It is read aloud in place of the picture."),
    )
    credit = blocks.CharBlock(label=_("Credit"), max_length=120, required=False, help_text=_("Who made the picture."))
    caption = blocks.CharBlock(label=_("Caption"), max_length=250, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "pages/blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Words"), max_length=600, rows=3, help_text=_("Without quotation marks."))
    who = blocks.CharBlock(label=_("Who said it"), max_length=200, help_text=_("A name, and where or when."))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "pages/blocks/quote.html"


class VideoBlock(blocks.StructBlock):
    """A link and a still. Nothing of the video's site is loaded until a reader goes there."""

    url = blocks.URLBlock(label=_("Address of the video"), validators=[only_https])
    title = blocks.CharBlock(label=_("Title"), max_length=160, help_text=_("What people will see, and how long it is."))
    poster = ImageChooserBlock(
        label=_("Still picture"), required=False, help_text=_("Shown in its place until somebody plays it.")
    )

    class Meta:
        icon = "media"
        label = _("Video")
        template = "pages/blocks/video.html"


class FactBlock(blocks.StructBlock):
    figure = blocks.CharBlock(label=_("Figure"), max_length=40, help_text=_("Short: a number, a year, a word."))
    text = blocks.CharBlock(label=_("What it means"), max_length=200)

    class Meta:
        icon = "info-circle"
        label = _("Fact")


class FactsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Heading"), max_length=120, required=False)
    items = blocks.ListBlock(FactBlock(), label=_("Facts"), min_num=1, max_num=6)

    class Meta:
        icon = "list-ul"
        label = _("Facts")
        template = "pages/blocks/facts.html"


class CallBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Sentence"), max_length=250)
    button = blocks.CharBlock(label=_("Button"), max_length=60, help_text=_("It leads to the form."))

    class Meta:
        icon = "arrow-right-full"
        label = _("Call to action")
        template = "pages/blocks/call.html"


def _text() -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        features=TEXT_FEATURES, icon="pilcrow", label=_("Text"), template="pages/blocks/text.html"
    )


class BackgroundBlock(blocks.StreamBlock):
    """What is folded away below the story."""

    heading = HeadingBlock()
    text = _text()
    picture = PictureBlock()


class StoryBlock(blocks.StreamBlock):
    """Why it matters, in the order it is read."""

    heading = HeadingBlock()
    text = _text()
    picture = PictureBlock()
    quote = QuoteBlock()
    video = VideoBlock()
    facts = FactsBlock()
    call = CallBlock()


class DetailBlock(blocks.StructBlock):
    """One thing the form asks of the supporter."""

    KINDS: ClassVar = [
        ("given_name", _("First name")),
        ("family_name", _("Last name")),
        ("email", _("E-mail address")),
        ("postal_code", _("Postal code")),
        ("city", _("City or town")),
        ("province", _("Province or territory")),
        ("country", _("Country")),
        ("phone", _("Telephone")),
    ]

    kind = blocks.ChoiceBlock(choices=KINDS, label=_("What is asked"))
    required = blocks.BooleanBlock(
        label=_("Must be answered"), required=False, default=True, help_text=_("The fewer, the more people act.")
    )
    label = blocks.CharBlock(
        label=_("Your own label"), max_length=80, required=False, help_text=_("Empty for the usual one.")
    )
    help = blocks.CharBlock(
        label=_("Help"), max_length=160, required=False, help_text=_("Why you ask, or how to write it.")
    )

    class Meta:
        icon = "user"
        label = _("Detail")
        label_format = "{kind}"


class ConsentBlock(blocks.StructBlock):
    """One question of consent, apart from sending the letter. Never answered in advance."""

    purpose = blocks.CharBlock(
        label=_("Filed under"),
        max_length=40,
        default="news",
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and _ only, like “news” or “phone_calls”.")
            )
        ],
        help_text=_("The purpose: the same word in every language and on every page, like “news”."),
    )
    text = blocks.TextBlock(
        label=_("Question"),
        rows=2,
        max_length=500,
        help_text=_("Who will write, about what, and that one can stop it at any time."),
    )
    control = blocks.ChoiceBlock(
        label=_("Answered by"),
        choices=[("box", _("a box to tick")), ("yes_no", _("yes or no, one of which must be chosen"))],
        default="box",
    )

    class Meta:
        icon = "check"
        label = _("Consent")
        label_format = "{purpose}"


class DetailsBlock(blocks.StreamBlock):
    detail = DetailBlock()

    class Meta:
        collapsed = True  # five details, opened, would be five screens


class ConsentsBlock(blocks.StreamBlock):
    consent = ConsentBlock()


class TalkingPointsBlock(blocks.StreamBlock):
    point = blocks.CharBlock(label=_("Point"), max_length=250, icon="list-ul")
