"""Supporter, and the consents that each one gave or refused."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tocsin.supporters.import_model import SupporterImport as SupporterImport


class Supporter(models.Model):
    """A person, known by the digest of their canonical e-mail address. Who they are is sealed."""

    email_digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField(help_text=_("Name, addresses, telephone: sealed, for the context “supporter”."))
    language = models.CharField(max_length=10)
    first_seen_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    # When they said what is sealed here. Empty where a file said it, and in rows older than this column.
    said_at = models.DateTimeField(null=True)
    # The import that made this row, if it was one: taking it back removes those who did nothing since.
    import_ref = models.ForeignKey(SupporterImport, models.SET_NULL, null=True, related_name="made")

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")

    def __str__(self) -> str:
        return f"supporter {self.pk}"


class ConsentWording(models.Model):
    """The exact words of one question in one language. Never changed: other words are another row."""

    purpose = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    text = models.TextField()
    controller = models.TextField(help_text=_("Who asks: name and address as they were shown."))
    sha256 = models.CharField(max_length=64, unique=True)
    first_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")

    def __str__(self) -> str:
        return self.text[:80]

    @staticmethod
    def fingerprint(purpose: str, language: str, text: str, controller: str) -> str:
        return hashlib.sha256("\0".join((purpose, language, text, controller)).encode()).hexdigest()


class Consent(models.Model):
    """One answer, also a no, to one question about one purpose; or that somebody left it. Append-only.

    What a person's answers come to is said in one place: current.py.
    """

    class Control(models.TextChoices):
        BOX = "box", _("A box, not ticked beforehand")
        YES_NO = "yes_no", _("Yes or no, none chosen beforehand")
        FILE = "file", _("Given elsewhere, and brought in with a file")
        LEFT = "left", _("Left")
        BACK = "back", _("Came back by their own link")

    class Method(models.TextChoices):
        WEB = "web", _("On an action page")
        IMPORT = "import", _("From a file")
        API = "api", _("From other software")
        PAPER = "paper", _("On paper")
        MAIL = "mail", _("By a link in a mail")
        STAFF = "staff", _("Told staff")

    class Basis(models.TextChoices):
        EXPRESS = "express", _("Express: they said yes to this purpose")
        IMPLIED = "implied", _("Implied: a gift, membership or the like; it expires")

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="consents")
    # Empty where somebody left by a link: no question was asked.
    wording = models.ForeignKey(ConsentWording, models.PROTECT, null=True, related_name="answers")
    purpose = models.CharField(max_length=40, blank=True)
    control = models.CharField(max_length=10, choices=Control)
    yes = models.BooleanField()
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.EXPRESS, db_default=Basis.EXPRESS)
    language = models.CharField(max_length=10, blank=True)
    page_url = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=200, blank=True, help_text=_("Where a file says that it was given."))
    # The campaign, action and edition it was given with. Plain numbers: those rooms are above and beside this one.
    campaign_ref = models.BigIntegerField(null=True)
    action_ref = models.BigIntegerField(null=True)
    edition_ref = models.BigIntegerField(null=True)
    import_ref = models.ForeignKey(SupporterImport, models.PROTECT, null=True, related_name="consents", db_index=False)
    method = models.CharField(max_length=10, choices=Method, default=Method.WEB)
    given_at = models.DateTimeField()
    # What somebody said while their action was held comes in days later: a reader who goes by this misses none. In rows
    # older than this column it is when the column came.
    noted_at = models.DateTimeField(db_default=Now(), help_text=_("When it was written down here."))
    expires_at = models.DateTimeField(null=True, help_text=_("Implied consent ends then by itself."))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action_ref", "wording"], name="one_answer_per_action_and_question"),
            models.UniqueConstraint(
                fields=["import_ref", "supporter", "purpose"],
                condition=Q(import_ref__isnull=False),
                name="one_answer_per_import_and_person",
            ),
            models.CheckConstraint(
                condition=Q(basis="express") | Q(expires_at__isnull=False), name="implied_consent_expires"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["campaign_ref", "id"], name="consents_by_campaign")]

    def __str__(self) -> str:
        return f"{self.purpose or 'everything'}: {'yes' if self.yes else 'no'}"


class ConsentProof(models.Model):
    """What is left of a consent when its person is gone: that this was agreed to, in which words and when.

    `digest` is of the person's digest: nobody is found by it but with their address and the key in hand (proofs.py).
    """

    digest = models.BinaryField(max_length=32, db_index=True)
    wording = models.ForeignKey(ConsentWording, models.PROTECT, null=True, related_name="proofs")
    purpose = models.CharField(max_length=40, blank=True)
    control = models.CharField(max_length=10, choices=Consent.Control)
    yes = models.BooleanField()
    basis = models.CharField(max_length=10, choices=Consent.Basis)
    method = models.CharField(max_length=10, choices=Consent.Method)
    language = models.CharField(max_length=10, blank=True)
    given_at = models.DateTimeField()
    used_until = models.DateTimeField(help_text=_("The last moment at which somebody could be written to by it."))
    kept_until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("proof of a consent")
        verbose_name_plural = _("proofs of consents")

    def __str__(self) -> str:
        return f"{self.purpose or 'everything'}: {'yes' if self.yes else 'no'}"
