"""What a letter can have besides its text: openings and subjects that are turned, questions, words for some targets."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

MOST_TURNED = 12
MOST_PROMPTS = 3


class OpeningsBlock(blocks.StreamBlock):
    """Each supporter is offered one of them."""

    opening = blocks.TextBlock(label=_("Opening"), max_length=600, rows=3, icon="pilcrow")

    class Meta:
        max_num = MOST_TURNED


class SubjectsBlock(blocks.StreamBlock):
    subject = blocks.CharBlock(label=_("Subject"), max_length=150, icon="title")

    class Meta:
        max_num = MOST_TURNED


class PromptsBlock(blocks.StreamBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=160, icon="help")

    class Meta:
        max_num = MOST_PROMPTS


class VariantBlock(blocks.StructBlock):
    """Other words for some of the targets: a rule, and what differs."""

    ATTRIBUTES: ClassVar = [
        ("party", _("Party")),
        ("target", _("Name")),
        ("division", _("Riding")),
        ("organisation", _("Organisation")),
        ("office_kind", _("Kind of office")),
        ("language", _("Language (en, fr)")),
        ("match", _("The answer that leads to them")),
    ]

    attribute = blocks.ChoiceBlock(choices=ATTRIBUTES, label=_("For targets whose"), default="party")
    negated = blocks.ChoiceBlock(
        choices=[("is", _("is one of")), ("is_not", _("is none of"))], label=_("Rule"), default="is"
    )
    values = blocks.TextBlock(
        label=_("Values"), rows=2, required=False, help_text=_("One in each line. Capitals do not matter.")
    )
    header = blocks.TextBlock(
        label=_("First lines"), rows=2, max_length=1000, required=False, help_text=_("Empty for those of the letter.")
    )
    text = blocks.TextBlock(
        label=_("Letter"), rows=5, max_length=8000, required=False, help_text=_("Empty for the letter's own text.")
    )
    closing = blocks.TextBlock(
        label=_("Closing"), rows=1, max_length=300, required=False, help_text=_("Empty for that of the letter.")
    )
    excluded = blocks.TextBlock(
        label=_("No letter: show this text instead"),
        rows=2,
        max_length=600,
        required=False,
        help_text=_("Like “Your member of Parliament supports this already.” Whoever they represent reads it."),
    )

    class Meta:
        icon = "group"
        label = _("Other words")
        label_format = "{attribute} {negated} {values}"


class VariantsBlock(blocks.StreamBlock):
    variant = VariantBlock()

    class Meta:
        collapsed = True
