"""Before publishing, the campaign: its languages side by side, its targets, its dates, its mail, and who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Kind, Provider, Target, Targeting
from tocsin.campaigns.targeting.tables import nothing_to_look_up_in
from tocsin.lib.colour import contrast, readable
from tocsin.lib.emailaddress import is_nobodys
from tocsin.outbox.headers import CannotBeMailed, ascii_address
from tocsin.outbox.mail_domain import (
    Trouble,
    return_domain,
    sender_domain,
    sends_from_a_domain,
    troubles_of_mail_domain,
)
from tocsin.pages.brand import BrandSettings, brand_of
from tocsin.pages.places import edit_url
from tocsin.pages.preflight_lines import Check, Look
from tocsin.pages.publish_letter import depends_on_who_writes
from tocsin.pages.question_blocks import answers_waited_for, options_of

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

MOST_NAMED = 3
# Shorter words may well be the same in two languages.
LEAST_TO_COMPARE = 16
# A demand is a whole sentence, however short it is.
NEVER_THE_SAME = ("demand",)
# Every part that readers of a page meet, in the order in which they do.
FIELDS: dict[str, Any] = {
    "title": _("title"),
    "demand": _("demand"),
    "hero_image": _("picture at the top"),
    "hero_alt": _("what the picture at the top shows"),
    "story": _("story"),
    "background_title": _("heading of the background"),
    "background": _("background"),
    "form_headline": _("headline of the form"),
    "form_intro": _("introduction of the form"),
    "button": _("button"),
    "targets_said": _("who gets it, in words"),
    "letter_subject": _("subject of the letter"),
    "letter_header": _("first lines of the letter"),
    "letter_text": _("letter"),
    "letter_closing": _("closing of the letter"),
    "talking_points": _("talking points"),
    "prompts": _("questions"),
    "openings": _("openings"),
    "subjects": _("further subjects"),
    "variants": _("other words for some targets"),
    "petition_text": _("petition"),
    "questions": _("questions of your own"),
    "consents": _("consents"),
    "data_note": _("what happens to the data"),
    "thanks_headline": _("headline that thanks"),
    "thanks_text": _("text that thanks"),
    "mail_subject": _("subject of the mail that thanks"),
    "mail_text": _("mail that thanks"),
    "share_text": _("text to pass on"),
    "outcome_result": _("how it ended"),
    "outcome_headline": _("headline on how it ended"),
    "outcome_text": _("text on how it ended"),
}


# Where the same is to be asked in each language: what tells whether it is.
ASKED: dict[str, tuple[str, Any]] = {
    "details": ("kind", _("details")),
    "questions": ("key", _("questions of your own")),
    "consents": ("purpose", _("consents")),
}

NOT_BELIEVED = {
    Trouble.NOT_LOOKED_UP: _(
        "Whether %(domain)s says who may send for it (SPF, DMARC) is not known yet: the worker looks once an hour."
    ),
    Trouble.NO_SPF: _(
        "%(returns_to)s does not say who may send for it (SPF), so letters are easily taken for forgeries. Ask whoever "
        "runs the server."
    ),
    Trouble.SEVERAL_SPF: _(
        "%(returns_to)s says twice who may send for it (SPF), which counts as not at all. Ask whoever runs the server."
    ),
    Trouble.OPEN_SPF: _(
        "%(returns_to)s lets everybody send for it (SPF with “all”), so that it proves nothing. Ask whoever runs the "
        "server."
    ),
    Trouble.NO_DMARC: _(
        "%(domain)s does not say what to do with forgeries (DMARC). Large mail providers refuse many letters from such "
        "a domain. Ask whoever runs the server."
    ),
}


def language_name(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


# ── languages ───────────────────────────────────────────────────────────────────────────────────────────────────
def _languages(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    there = {page.locale.language_code: page for page in pages}
    if not there:
        yield Look(_("This campaign has no page yet."), url="pages")
        return
    for code, name in settings.LANGUAGES:
        if code not in there:
            yield Look(gettext("There is no page in this language: %(language)s.") % {"language": name}, url="pages")
        elif not there[code].live and any(page.live for page in pages):
            yield Look(
                gettext("One language is live and this one is not: %(language)s.") % {"language": name},
                url=edit_url(there[code]),
            )


def _side_by_side(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    if len(pages) < 2:
        return
    first, *others = pages
    for other in others:
        for field, called in FIELDS.items():
            yield from _compared(first, other, field, str(called))
        yield from _asked_alike(first, other)
        yield from _answered_alike(first, other)


def _compared(first: ActionPage, other: ActionPage, field: str, called: str) -> Iterator[Look]:
    one, two = _said(first, field), _said(other, field)
    if bool(one) != bool(two):
        empty, filled = (first, other) if two else (other, first)
        words = {"field": called, "here": _language(filled), "there": _language(empty)}
        yield Look(
            gettext("Filled in for %(here)s and empty for %(there)s: %(field)s.") % words, url=edit_url(empty, field)
        )
    elif one == two and field != "hero_image" and (len(one) >= LEAST_TO_COMPARE or field in NEVER_THE_SAME):
        words = {"field": called, "language": _language(other)}
        yield Look(
            gettext("The same words in both languages; translate it into %(language)s: %(field)s.") % words,
            url=edit_url(other, field),
        )


def _said(page: ActionPage, field: str) -> str:
    value = getattr(page, field)
    if field == "hero_image":
        return "picture" if value else ""
    if hasattr(value, "stream_block"):
        return "".join(sorted(_texts_in(value.get_prep_value())))
    return str(value or "").strip()


def _texts_in(value: Any) -> Iterator[str]:
    """Every text inside the blocks, without their ids and choices."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in {
                "id",
                "type",
                "purpose",
                "key",
                "only_if",
                "control",
                "attribute",
                "negated",
                "values",
                "url",
            }:
                yield from _texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_in(inner)
    elif isinstance(value, str) and value.strip():
        yield value.strip()


def _asked_alike(first: ActionPage, other: ActionPage) -> Iterator[Look]:
    for field, (key, called) in ASKED.items():
        one, two = ({block.value[key] for block in getattr(page, field)} for page in (first, other))
        if one and two and one != two:
            yield Look(
                gettext("The two languages do not ask the same: %(field)s.") % {"field": str(called)},
                url=edit_url(other, field),
            )


def _answered_alike(first: ActionPage, other: ActionPage) -> Iterator[Look]:
    """The same question, answered from a list in one language: from as long a list in the other."""
    before = {block.value["key"]: block.value for block in first.questions}
    for block in other.questions:
        one, two = before.get(block.value["key"]), block.value
        if one and (one["control"], len(options_of(one))) != (two["control"], len(options_of(two))):
            yield Look(
                gettext("Answered in another way, or from another list, than in the other language: %(question)s")
                % {"question": two["text"]},
                url=edit_url(other, "questions"),
            )
        elif one and _waited_for(first, one) != _waited_for(other, two):
            yield Look(
                gettext("Asked after another answer than in the other language: %(question)s")
                % {"question": two["text"]},
                url=edit_url(other, "questions"),
            )


def _waited_for(page: ActionPage, question: Mapping[str, Any]) -> tuple[str, list[int]]:
    """After which answers a question is asked, in no language: to which question, and which of its options."""
    word = question["only_if"] or ""
    asked = next((block.value for block in page.questions if block.value["key"] == word), None)
    options, answers = options_of(asked) if asked else [], answers_waited_for(question)
    return word, [place for place, option in enumerate(options) if option in answers]


def _language(page: ActionPage) -> str:
    return language_name(page.locale.language_code)


# ── targets ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _targets(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:
    if campaign.kind != Kind.LETTER:
        return
    targets = list(targets_of(campaign)[:500])
    if not targets and not campaign.list_fills_itself():
        yield Look(_("This campaign has nobody to write to."), url="settings")
    yield from _named(targets, _is_dead, _("Mail to this address comes back: %(names)s."))
    yield from _named(targets, _is_away, _("No longer in office, so letters wait: %(names)s."))
    yield from _named(targets, _has_no_address, _("Without an e-mail address, so letters wait: %(names)s."))
    yield from _named(targets, _cannot_be_mailed, _("No mail can be sent to this address: %(names)s."))
    yield from _named(targets, _is_nobodys, _("The address is at a domain that belongs to nobody: %(names)s."))
    for page in pages:
        yield from _in_words(campaign, targets, page)


def targets_of(campaign: Campaign) -> Any:
    found = Target.objects.prefetch_related("in_words").order_by("name", "pk")
    if depends_on_who_writes(campaign):
        return found.filter(lists=campaign.target_list_id) if campaign.target_list_id else found.none()
    return found.filter(campaigns=campaign.pk)


def _named(targets: Sequence[Target], wrong: Any, sentence: Any) -> Iterator[Look]:
    found = [target for target in targets if wrong(target)]
    if found:
        names = ", ".join(target.name for target in found[:MOST_NAMED])
        more = len(found) - MOST_NAMED
        rest = (
            "" if more <= 0 else " " + ngettext("and %(number)d more", "and %(number)d more", more) % {"number": more}
        )
        yield Look(str(sentence) % {"names": names + rest}, url=f"target:{found[0].pk}")


def _is_dead(target: Target) -> bool:
    return target.status == Target.Status.UNREACHABLE


def _is_away(target: Target) -> bool:
    return target.status == Target.Status.AWAY and target.successor_id is None


def _has_no_address(target: Target) -> bool:
    return not target.email and target.mode != Target.Mode.HAND_IN


def _cannot_be_mailed(target: Target) -> bool:
    try:
        return bool(target.email) and not ascii_address(target.email)
    except CannotBeMailed:
        return True


def _is_nobodys(target: Target) -> bool:
    return bool(target.email) and is_nobodys(target.email.rpartition("@")[2])


def _in_words(campaign: Campaign, targets: Sequence[Target], page: ActionPage) -> Iterator[Look]:  # noqa: ARG001
    code = page.locale.language_code
    missing = [target for target in targets if code not in {words.language for words in target.in_words.all()}]
    if missing and len(missing) <= MOST_NAMED:
        said = {"names": ", ".join(target.name for target in missing), "language": language_name(code)}
        yield Look(
            gettext("Greeted with neutral words in %(language)s, since no form of address is given: %(names)s.") % said,
            url=f"target:{missing[0].pk}",
        )


def _look_up(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    by_table = campaign.targeting == Targeting.POSTAL_CODE and campaign.provider == Provider.TABLE
    if by_table and nothing_to_look_up_in():
        yield Look(_("There is no table of postal codes, so no letter finds its target."), url="postal_codes")


# ── how and when it runs ────────────────────────────────────────────────────────────────────────────────────────
def _running(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    if campaign.test_address:
        said = {"address": campaign.test_address}
        yield Look(
            gettext("Test mode is on: no target gets anything, every letter goes to %(address)s.") % said,
            url="settings",
        )
    if campaign.letters_paused:
        yield Look(_("Letters are paused: people can act, and their letters wait."), url="settings")
    if campaign.letters_held:
        yield Look(_("New letters are held: each waits until somebody releases it."), url="settings")


def _dates(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    if campaign.closed_for_signing():
        yield Look(_("Its closing date is past: people can read the page and cannot act."), url="settings")
    elif campaign.not_yet_open():
        yield Look(_("It is not open yet: people can read the page and cannot act until then."), url="settings")
    late = campaign.letters_not_before
    if late and campaign.closes_at and late > campaign.closes_at:
        yield Look(_("Letters leave only after the campaign has closed."), url="settings")
    if (campaign.opens_at or campaign.closes_at or late) and _is_another_zone(campaign.time_zone):
        zones = {"zone": campaign.time_zone, "desk": settings.TIME_ZONE}
        yield Look(
            gettext("Its dates are in another time zone (%(zone)s) than the desk's (%(desk)s).") % zones, url="settings"
        )


def _is_another_zone(name: str) -> bool:
    now = timezone.now()
    return now.astimezone(ZoneInfo(name)).utcoffset() != now.astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset()


def _mail(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    sender = settings.TOCSIN_MAIL_FROM
    if settings.TOCSIN_MAIL_URL.scheme == "mailbox":
        yield Look(_("This installation sends no mail: every letter becomes a file. It is good for trying things out."))
    elif is_nobodys(sender.rpartition("@")[2]):
        yield Look(
            gettext("Mail would leave from %(address)s, which is nobody's domain. Ask whoever runs the server.")
            % {"address": sender}
        )
    elif not settings.TOCSIN_BOUNCE_DOMAIN and settings.TOCSIN_MAIL_URL.scheme.startswith("smtp"):
        yield Look(
            _("No domain is set up for mail that comes back, so some failures go unseen. Ask whoever runs the server.")
        )


def _mail_is_believed(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    if not sends_from_a_domain():
        yield Look(_("No mail leaves from a domain of yours, so nothing can be said of its records (SPF, DMARC)."))
        return
    domains = {"domain": sender_domain(), "returns_to": return_domain()}
    for trouble in troubles_of_mail_domain():
        yield Look(str(NOT_BELIEVED[trouble]) % domains)


# ── who asks ────────────────────────────────────────────────────────────────────────────────────────────────────
def _brand(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Look]:  # noqa: ARG001
    brand = brand_of(pages[0].get_site() if pages else None)
    if not readable(brand.accent):
        ratio = f"{contrast(brand.accent, '#ffffff'):.1f}"
        yield Look(
            gettext("White letters on the accent colour are hard to read: %(ratio)s to 1, and it takes 4.5.")
            % {"ratio": ratio},
            url="brand",
        )
    yield from _brand_texts(brand, pages)


def _brand_texts(brand: BrandSettings, pages: Sequence[ActionPage]) -> Iterator[Look]:
    for page in pages:
        code = page.locale.language_code
        if brand.text_in(code).language != code:
            yield Look(
                gettext("Your name and addresses are not given in this language: %(language)s.")
                % {"language": language_name(code)},
                url="brand",
            )


CAMPAIGN_CHECKS = [
    Check(_("There is a page in each language."), _languages),
    Check(_("The languages have the same parts, and none is left untranslated."), _side_by_side),
    Check(_("Each target can be written to."), _targets),
    Check(_("Who gets a letter can be found."), _look_up),
    Check(_("Letters leave: no test mode, no pause."), _running),
    Check(_("The dates are as they should be."), _dates),
    Check(_("Mail leaves from your own domain."), _mail),
    Check(_("The domain of your mail says who may send for it, and what to do with forgeries."), _mail_is_believed),
    Check(_("The colour can be read, and your name stands in each language."), _brand),
]
