"""Stores people of a file and what they agreed to; what somebody gave here themselves is never overwritten."""

from __future__ import annotations

from django.db.models.functions import Now

from tocsin.actions.importing.read_person import Agreement, FilePerson
from tocsin.actions.telling import tell_of_import
from tocsin.lib.vault import vault
from tocsin.supporters.models import Consent, ConsentWording, Supporter, SupporterImport


def wording_of(agreement: Agreement) -> ConsentWording:
    """The words that the file's people agreed to, kept like those of a page."""
    said = (agreement.purpose, agreement.language, agreement.wording, agreement.controller)
    found, _new = ConsentWording.objects.get_or_create(
        sha256=ConsentWording.fingerprint(*said),
        defaults={
            "purpose": agreement.purpose,
            "language": agreement.language,
            "text": agreement.wording,
            "controller": agreement.controller,
        },
    )
    return found


def store_people(
    people: list[FilePerson], upload: SupporterImport, agreement: Agreement, wording: ConsentWording
) -> None:
    """Inside the caller's transaction; in the order of their digests, as actions store people too."""
    people = sorted(people, key=lambda one: one.digest)
    Supporter.objects.bulk_create([_supporter(one, upload) for one in people], ignore_conflicts=True)
    rows = Supporter.objects.filter(email_digest__in=[one.digest for one in people]).values_list("email_digest", "pk")
    numbers = {bytes(digest): pk for digest, pk in rows}
    Consent.objects.bulk_create(
        [_consent(one, numbers[one.digest], upload, agreement, wording) for one in people], ignore_conflicts=True
    )
    tell_of_import(upload.pk, numbers.values())


def _supporter(one: FilePerson, upload: SupporterImport) -> Supporter:
    return Supporter(
        email_digest=one.digest,
        sealed=vault().seal(one.details, b"supporter:" + one.digest),
        language=one.language,
        first_seen_at=Now(),
        import_ref_id=upload.pk,
    )


def _consent(
    one: FilePerson, supporter: int, upload: SupporterImport, agreement: Agreement, wording: ConsentWording
) -> Consent:
    return Consent(
        supporter_id=supporter,
        wording=wording,
        purpose=agreement.purpose,
        control=Consent.Control.FILE,
        yes=True,
        basis=agreement.basis,
        method=Consent.Method.IMPORT,
        language=one.language,
        source=agreement.source[:200],
        import_ref_id=upload.pk,
        given_at=one.agreed_at,
        expires_at=one.expires_at,
    )
