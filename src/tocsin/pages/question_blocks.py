"""Questions of the campaigner's own: the blocks they are put together from, and what would be wrong with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from tocsin.lib.plaintext import one_line

MOST_QUESTIONS = 10
MOST_OPTIONS = 20
# What answers are filed under, and how another question is named.
_WORD = RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Use small letters, digits and _ only, like “heard_of_us” or “union”."))


def options_of(question: Mapping[str, Any]) -> list[str]:
    """What can be chosen, one in each line of the edit screen."""
    return _lines(question["options"])


def answers_waited_for(question: Mapping[str, Any]) -> list[str]:
    """After which answers to an earlier question it is asked, one in each line of the edit screen."""
    return list(dict.fromkeys(_lines(question["answer_is"])))


def _lines(text: str | None) -> list[str]:
    return [said for line in (text or "").splitlines() if (said := one_line(line))]


def wrong_with(question: Mapping[str, Any]) -> ValidationError | None:
    """What keeps a question from being published, where its fields are filled in; it concerns its options."""
    options = options_of(question)
    twice = next((option for option, times in Counter(options).items() if times > 1), "")
    if question["control"] != "choice":
        return _said(_OPTIONS_WITHOUT_A_LIST, question) if options else None
    if len(options) < 2:
        return _said(_TOO_FEW, question)
    if len(options) > MOST_OPTIONS:
        return _said(_TOO_MANY, question, most=MOST_OPTIONS)
    return _said(_TWICE, question, option=twice) if twice else None


def missing_in(question: Mapping[str, Any]) -> ValidationError | None:
    """What a draft may lack. The edit screen asks for it where somebody publishes from there; a review asks nothing."""
    if not one_line(question["text"] or ""):
        return _said(_NO_WORDS, question)
    return None if question["key"] else _said(_NO_KEY, question)


def filed_together(first: Mapping[str, Any], other: Mapping[str, Any]) -> ValidationError:
    return _said(_SAME_WORD, first, other=one_line(other["text"] or ""), word=first["key"])


_SAME_WORD = _("“%(question)s” and “%(other)s” are both filed under “%(word)s”. Give each a word of its own.")
_NO_WORDS = _("A question has no words: write it, or take it away.")
_NO_KEY = _("Say what “%(question)s” is filed under.")
_OPTIONS_WITHOUT_A_LIST = _(
    "“%(question)s” has options, and is not answered by choosing one. Change how it is answered, or take them away."
)
_TOO_FEW = _("“%(question)s” needs at least two options to choose from: write one in each line.")
_TOO_MANY = _("“%(question)s” has more than %(most)d options. Leave some out.")
_TWICE = _("“%(question)s” has an option twice: %(option)s. Take one of the two away.")


def _said(sentence: Any, question: Mapping[str, Any], **params: object) -> ValidationError:
    return ValidationError(sentence, params={"question": one_line(question["text"] or ""), **params})


class QuestionBlock(blocks.StructBlock):
    """One question. What it is filed under keeps the answers together: across editions, and across languages."""

    text = blocks.CharBlock(label=_("Question"), max_length=200)
    control = blocks.ChoiceBlock(
        label=_("Answered by"),
        choices=[
            ("line", _("writing one line")),
            ("lines", _("writing a few lines")),
            ("choice", _("choosing one of a list")),
            ("box", _("a box to tick")),
        ],
        default="line",
    )
    options = blocks.TextBlock(
        label=_("Options"),
        rows=4,
        max_length=2000,
        required=False,
        help_text=_("Only for a list: what can be chosen, one in each line. “Yes” and “No” make a yes/no question."),
    )
    required = blocks.BooleanBlock(
        label=_("Must be answered"), required=False, default=False, help_text=_("The fewer, the more people act.")
    )
    help = blocks.CharBlock(
        label=_("Help"), max_length=160, required=False, help_text=_("Why you ask, or how to write it.")
    )
    key = blocks.CharBlock(
        label=_("Filed under"),
        max_length=40,
        validators=[_WORD],
        help_text=_(
            "A word for the column of your exports, like “heard_of_us”: the same in every language, so that answers "
            "stand together. A new word makes it another question."
        ),
    )
    only_if = blocks.CharBlock(
        label=_("Ask only if"),
        max_length=40,
        required=False,
        validators=[_WORD],
        help_text=_(
            "Leave empty to ask everybody. Otherwise the word that an earlier question is filed under, which is "
            "answered from a list or with a box."
        ),
    )
    answer_is = blocks.TextBlock(
        label=_("the answer is"),
        rows=2,
        max_length=2000,
        required=False,
        help_text=_("The option of that list; several, one in each line. Leave empty for a box that is ticked."),
    )

    def clean(self, value: Any) -> Any:
        """A draft may be unready, as everywhere on the edit screen."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and (wrong := wrong_with(cleaned)) is not None:
            raise blocks.StructBlockValidationError(block_errors={"options": wrong})
        return cleaned

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{text}"


class QuestionsBlock(blocks.StreamBlock):
    question = QuestionBlock()

    class Meta:
        max_num = MOST_QUESTIONS  # not folded away: what is wrong inside would not be seen
