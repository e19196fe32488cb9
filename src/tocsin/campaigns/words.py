"""The shape of an edition's words: plain data, all that accepting, thanking and composing may know of a page.

`pages/publish.py` makes it; `actions` and `web` read it and nothing else of the page. Every text is in the edition's
own language and already resolved: labels, greetings, fallbacks. Keys are only ever added, never renamed: editions live
as long as the actions that point to them.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, get_args

FieldKind = Literal["given_name", "family_name", "email", "postal_code", "city", "province", "country", "phone"]
FIELD_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
LetterMode = Literal["editable", "locked", "blank"]


class FieldWords(TypedDict):
    """One question of the form about the supporter, in the order they are asked."""

    kind: FieldKind
    label: str
    help: str
    required: bool


class ConditionWords(TypedDict):
    """An answer to an earlier question of the same edition, filed under `key`: one of `answers`, which are options of
    its list; or, where there are none, that its box was ticked."""

    key: str
    answers: list[str]


class QuestionWords(TypedDict):
    """A question of the campaigner's own, whose answer is for the organisation and for no target.

    `key` is what the answer is filed under, the same in every language; unique in an edition. `options` are empty where
    none is to be chosen.
    """

    key: str
    text: str
    help: str
    control: Literal["line", "lines", "choice", "box"]
    options: list[str]
    required: bool
    # Absent where everybody is asked.
    only_if: NotRequired[ConditionWords]


class ConsentWords(TypedDict):
    """One question of consent. `purpose` is what the answer is filed under ("news"); unique in an edition."""

    purpose: str
    text: str
    control: Literal["box", "yes_no"]


class TargetSaid(TypedDict):
    """A target as the page shows it. `address` is lines from style and name down to organisation, none empty."""

    id: int
    name: str
    address: list[str]
    greeting: str
    # Only where the page has no closing of its own: how letters to this target end.
    closing: NotRequired[str]


class RuleWords(TypedDict):
    """Which targets a variant is for: whose attribute is (negated: is not) one of the values, case ignored."""

    attribute: Literal["target", "division", "party", "organisation", "office_kind", "language", "match"]
    values: list[str]
    negated: bool


class VariantWords(TypedDict):
    """Other words for some targets: the first whose rule matches. Empty parts are those of the letter.

    `excluded` is set where such a target gets no letter: it is the text that the supporter reads instead.
    """

    rule: RuleWords
    header: str
    closing: str
    text: str
    excluded: str


class LetterWords(TypedDict):
    """The letter the supporter is offered. In mode `blank` `text` is empty and `talking_points` help instead.

    `header` and `closing` stand before and after what the supporter writes and are locked; only they know fields
    ({name}, {city}, {postal_code}, {riding}, {target}, {office}), resolved once when the letter is composed. `openings`
    and `subjects` are turned from supporter to supporter: the form shows one, and says which in its field `offer`.
    `prompts` are questions whose answers become a paragraph of the letter.
    """

    mode: LetterMode
    subject: str
    text: str
    closing: str
    talking_points: list[str]
    header: NotRequired[str]
    openings: NotRequired[list[str]]
    subjects: NotRequired[list[str]]
    prompts: NotRequired[list[str]]
    variants: NotRequired[list[VariantWords]]


class TargetingWords(TypedDict):
    """Where who gets the letter depends on who writes. `field` is the question whose answer decides; `said` is how the
    page names whoever it will be ("your member of Parliament")."""

    by: Literal["answer", "postal"]
    field: FieldKind
    target_list: int
    provider: str
    said: NotRequired[str]


class ThanksWords(TypedDict):
    """`html` is clean HTML from the editor; `mail_text` is plain text with {name} resolved when composed."""

    headline: str
    html: str
    mail_subject: str
    mail_text: str


class FollowsWords(TypedDict):
    """The action that people may take next: of which campaign. Its page is that campaign's own in the same language."""

    campaign: int


class ShareWords(TypedDict):
    text: str
    image_url: str


class BrandWords(TypedDict):
    """Who asks. `accent` is a #rrggbb with enough contrast on white; `accent_dark` the same on the dark theme."""

    organisation: str
    logo_url: str
    logo_alt: str
    accent: str
    accent_dark: str
    footer: str
    privacy_url: str
    postal_address: str
    contact: str


class EditionWords(TypedDict):
    version: Literal[1]
    campaign: int
    kind: Literal["letter", "petition"]
    language: str
    # Path of the page, without the host.
    page_path: str
    # In older editions only, and read by nobody: the paths of the page's other languages.
    translations: NotRequired[dict[str, str]]
    title: str
    demand: str
    form_headline: str
    form_intro: str
    button: str
    # What the petition says that people sign; empty for a letter.
    petition_text: str
    letter: LetterWords | None
    targets: list[TargetSaid]
    fields: list[FieldWords]
    consents: list[ConsentWords]
    # Said before the button: who gets what (requirements L8).
    data_note: str
    thanks: ThanksWords
    share: ShareWords
    brand: BrandWords
    # Absent where everybody writes to `targets`.
    targeting: NotRequired[TargetingWords]
    # How a letter may travel besides through us: "own_mail", "print".
    ways: NotRequired[list[str]]
    # Absent where no further action is offered.
    follows: NotRequired[FollowsWords]
    # Absent where the campaigner asks nothing of their own.
    questions: NotRequired[list[QuestionWords]]
    # Words of later versions; readers treat them as optional.
    extra: NotRequired[dict[str, str]]
