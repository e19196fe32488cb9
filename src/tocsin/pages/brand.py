"""Who asks: the organisation's name, logo, colour and addresses, set once for all pages, said in each language."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.images import get_image_model_string
from wagtail.models import Site

from tocsin.campaigns.models import Campaign
from tocsin.campaigns.republish import changed
from tocsin.campaigns.words import BrandWords
from tocsin.lib.colour import NotAColour, contrast, lightened, read_colour, readable

DEFAULT_ACCENT = "#a3262f"


def check_accent(text: str) -> None:
    """Refuses a colour that white text could not be read on."""
    try:
        colour = read_colour(text)
    except NotAColour:
        raise ValidationError(_("Write the colour as # and six digits, like #a3262f.")) from None
    if not readable(colour):
        raise ValidationError(
            _(
                "%(colour)s is too light: its contrast with white is %(contrast)s to 1, and it takes 4.5 to 1 to read "
                "a button or a link in it. Choose a darker one."
            ),
            params={"colour": colour, "contrast": f"{contrast(colour, '#ffffff'):.1f}"},
        )


@register_setting(icon="pick", order=10)
class BrandSettings(BaseSiteSetting, ClusterableModel):
    """The look and the name that every page of a site carries. Saving it makes new editions of all live pages."""

    logo = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("Shown at the top of every page in place of your name, so it should contain it."),
    )
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=DEFAULT_ACCENT,
        validators=[check_accent],
        help_text=_("For buttons and links, like #a3262f. Dark enough for white text on it."),
    )

    names_staff = models.BooleanField(
        _("say who counted"),
        default=False,
        db_default=False,
        help_text=_("On “How we count”, beside each line of the ledger: the name of whoever of you added it."),
    )

    select_related: ClassVar = ["logo"]
    panels: ClassVar = [
        FieldPanel("logo"),
        FieldPanel("accent"),
        FieldPanel("names_staff"),
        InlinePanel(
            "texts",
            heading=_("Who you are, in each language"),
            label=_("Language"),
            help_text=_("A language without a text uses that of the first language."),
            min_num=1,
        ),
    ]

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def clean(self) -> None:
        super().clean()
        try:
            self.accent = read_colour(self.accent)
        except NotAColour:
            return  # the field's own validator has said so

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every live page is published again, so that thanks and mails carry the new brand too."""
        super().save(*args, **kwargs)
        for campaign in Campaign.objects.order_by("pk"):
            changed(campaign)

    def text_in(self, language: str) -> BrandText:
        """What is said in a language, else in the default one, else in whichever there is."""
        by_language: dict[str, BrandText] = {text.language: text for text in self.texts.all()}
        for wanted in (language, settings.LANGUAGE_CODE, *by_language):
            if wanted in by_language:
                return by_language[wanted]
        return BrandText(language=language)

    def words(self, language: str) -> BrandWords:
        text = self.text_in(language)
        return {
            "organisation": text.organisation,
            "logo_url": self.logo.get_rendition("max-480x160").url if self.logo else "",
            "logo_alt": text.organisation,
            "accent": self.accent,
            "accent_dark": lightened(self.accent),
            "footer": text.footer,
            "privacy_url": text.privacy_url,
            "postal_address": text.postal_address,
            "contact": text.contact,
        }


class BrandText(models.Model):
    """What the organisation is called and where it is reached, in one language."""

    brand = ParentalKey(BrandSettings, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    organisation = models.CharField(_("organisation"), max_length=120, help_text=_("As people know it."))
    footer = models.CharField(
        _("line at the foot"), max_length=400, blank=True, help_text=_("Who you are in a sentence; a charity number.")
    )
    privacy_url = models.URLField(
        _("privacy policy"),
        blank=True,
        help_text=_("The address of the page that says what you do with people's data."),
    )
    postal_address = models.CharField(
        _("postal address"), max_length=300, help_text=_("Canadian law asks for it in every mail you send.")
    )
    contact = models.CharField(
        _("contact"), max_length=200, help_text=_("An e-mail address or telephone number that people can reach.")
    )

    panels: ClassVar = [
        FieldPanel("language"),
        FieldPanel("organisation"),
        FieldPanel("postal_address"),
        FieldPanel("contact"),
        FieldPanel("privacy_url"),
        FieldPanel("footer"),
    ]

    class Meta:
        verbose_name = _("brand text")
        verbose_name_plural = _("brand texts")
        constraints: ClassVar = [models.UniqueConstraint(fields=["brand", "language"], name="one_brand_per_language")]

    def __str__(self) -> str:
        return f"{self.organisation} ({get_language_info(self.language)['name_local']})"


def brand_of(site: Site | None) -> BrandSettings:
    """The brand of a site; of the default one for a page that stands in no site yet. Where nobody has set a brand it is
    empty, and nothing is stored by asking."""
    site = site or Site.objects.filter(is_default_site=True).first() or Site()
    found: BrandSettings | None = BrandSettings.base_queryset().filter(site=site.pk).first()
    return found or BrandSettings(site=site)
