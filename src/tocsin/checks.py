"""The set-up check: what is wrong with this installation, and how to mend it. Each finding has an id and a hint.

`tocsin check` prints it, `tocsin serve` refuses to start on an error. An installation whose address is this very
machine (127.0.0.1) is a trial: what would be wrong in public is only remarked there.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, run_checks  # noqa: A004  (Django's own name)
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from tocsin.actions.models import CounterRun
from tocsin.campaigns.models import Campaign, Provider, Targeting
from tocsin.campaigns.targeting.boundaries import what_is_missing
from tocsin.campaigns.targeting.tables import nothing_to_look_up_in
from tocsin.lib.emailaddress import is_nobodys
from tocsin.pages.beginning import languages_without_a_home
from tocsin.prepare import missing_migrations
from tocsin.run import say
from tocsin.web.hooks import SIGNED_WITH, secured, try_provider

HERE = {"127.0.0.1", "localhost", "::1", "testserver"}
ACROSS_A_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "ncpfs"}
LEAST_DIFFERENT_BYTES = 8
LEAST_FREE = 0.05
SILENT_AFTER = timedelta(minutes=2)

type Finding = Iterator[CheckMessage]


def is_trial() -> bool:
    return (settings.TOCSIN_BASE_URL.hostname or "") in HERE


def _wrong_in_public(text: str, *, hint: str, number: int) -> CheckMessage:
    if is_trial():
        return Warning(text, hint=hint, id=f"tocsin.W{number:03}")
    return Error(text, hint=hint, id=f"tocsin.E{number:03}")


# ── what the settings say ───────────────────────────────────────────────────────────────────────────────────────
def check_keys() -> Finding:
    keys = [*settings.TOCSIN_SEALING_KEYS, settings.TOCSIN_DIGEST_KEY]
    if any(len(set(key)) < LEAST_DIFFERENT_BYTES for key in keys):
        yield Error(
            "TOCSIN_KEYS or TOCSIN_DIGEST_KEY is an example that anybody can guess.",
            hint="Make a pair with “tocsin keys” before the first signature comes in.",
            id="tocsin.E001",
        )
    elif len(set(keys)) < len(keys):
        yield Error(
            "The same key stands twice in TOCSIN_KEYS and TOCSIN_DIGEST_KEY.",
            hint="Each needs a key of its own: “tocsin keys” makes a pair.",
            id="tocsin.E002",
        )


def check_address() -> Finding:
    if settings.TOCSIN_BASE_URL.scheme != "https":
        yield _wrong_in_public(
            "TOCSIN_BASE_URL begins with http: what people sign would cross the network in the open.",
            hint="Put a web server with a certificate in front, and set TOCSIN_BASE_URL to its https address.",
            number=3,
        )
    if settings.DEBUG:
        yield _wrong_in_public(
            "TOCSIN_DEBUG is on: error pages show what the server knows, personal data included.",
            hint="Remove TOCSIN_DEBUG.",
            number=4,
        )


def check_mail() -> Finding:
    domain = settings.TOCSIN_MAIL_FROM.rpartition("@")[2].lower()
    if settings.TOCSIN_MAIL_URL.scheme == "mailbox":
        yield _wrong_in_public(
            "TOCSIN_MAIL_URL is “mailbox:”: letters become files, and none is sent.",
            hint="Set it to your mail server, like smtp+starttls://USER:PASSWORD@HOST:587.",
            number=5,
        )
    elif is_nobodys(domain):
        yield Error(
            f"TOCSIN_MAIL_FROM is at {domain}, which is nobody’s domain: mail servers will refuse the letters.",
            hint="Set it to an address on a domain of your own, with SPF, DKIM and DMARC.",
            id="tocsin.E006",
        )


def check_provider() -> Finding:
    """A hook that anybody may call would let anybody mark a minister's address as dead."""
    esp = settings.TOCSIN_ESP
    if not esp:
        return
    if not secured(esp):
        keys = " or ".join((*SIGNED_WITH.get(esp, ()), "WEBHOOK_SECRET=USER:PASSWORD"))
        yield Error(
            f"Nothing tells reports of {esp} from anybody else’s, so all of them are refused.",
            hint=f"Add {keys} to TOCSIN_ESP_OPTIONS, and the same at the provider: docs/operators/mail.md.",
            id="tocsin.E031",
        )
        return
    try:
        try_provider(esp)
    except (AnymailError, ImproperlyConfigured, ImportError, ValueError) as error:
        yield Error(
            f"{esp} cannot be used: {str(error).strip().splitlines()[0] or type(error).__name__}",
            hint="Look at TOCSIN_ESP_OPTIONS; its keys are those of django-anymail.",
            id="tocsin.E032",
        )


def check_inbound() -> Finding:
    url = settings.TOCSIN_INBOUND_URL
    if url.scheme == "imap" and (url.hostname or "") not in HERE:
        yield Error(
            "TOCSIN_INBOUND_URL begins with imap: so its password and people’s answers cross the network in the open.",
            hint="Use imaps://…, or imap+starttls://….",
            id="tocsin.E033",
        )
    if settings.TOCSIN_MAIL_URL.scheme.startswith("smtp") and not settings.TOCSIN_BOUNCE_DOMAIN:
        yield Warning(
            "TOCSIN_BOUNCE_DOMAIN is empty: letters come back to TOCSIN_MAIL_FROM, where they are recognised only "
            "by what the other server quotes, and answers are seen only if somebody reads it.",
            hint="Set up a domain for what comes back: docs/operators/mail.md.",
            id="tocsin.W034",
        )


def check_sign_in() -> Finding:
    if settings.TOCSIN_SECOND_FACTOR != "demanded" and not is_trial():
        yield Warning(
            "TOCSIN_SECOND_FACTOR is “offered”: one password that gets into other hands opens the desk.",
            hint="Remove it: then everybody is led to setting one up at their next sign-in. docs/operators/sign-in.md",
            id="tocsin.W035",
        )
    elsewhere = settings.TOCSIN_OIDC_URL
    if elsewhere.scheme == "http" and (elsewhere.hostname or "") not in HERE:
        yield Error(
            "TOCSIN_OIDC_URL begins with http: anybody on the way could say who signs in.",
            hint="Use its https address.",
            id="tocsin.E036",
        )


# ── what this machine says ──────────────────────────────────────────────────────────────────────────────────────
def check_folder() -> Finding:
    folder: Path = settings.TOCSIN_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".can-write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Error(
            f"TOCSIN_DIR, {folder}, cannot be written to: {error.strerror}.",
            hint="Make the folder and give it to the user that runs Tocsin, or set TOCSIN_DIR to another.",
            id="tocsin.E007",
        )
        return
    usage = shutil.disk_usage(folder)
    if usage.free < usage.total * LEAST_FREE:
        yield Warning(
            f"The disk of TOCSIN_DIR is nearly full: {usage.free // 2**20} MB are left.",
            hint="Make room. On a full disk nothing can be signed.",
            id="tocsin.W008",
        )


def check_disk() -> Finding:
    kind = file_system_of(settings.TOCSIN_DIR)
    if connection.vendor == "sqlite" and kind in ACROSS_A_NETWORK:
        yield Error(
            f"TOCSIN_DIR is on a network file system ({kind}), where the embedded database can break.",
            hint="Put TOCSIN_DIR on a disk of this machine, or use PostgreSQL: set DATABASE_URL.",
            id="tocsin.E009",
        )


def file_system_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """The kind of file system that holds a path, or nothing where the system does not say."""
    try:
        rows = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    holding = [(len(row[1]), row[2]) for row in rows if len(row) > 2 and path.is_relative_to(row[1])]
    return max(holding, default=(0, ""))[1]


# ── what the database says ──────────────────────────────────────────────────────────────────────────────────────
def check_database() -> Finding:
    try:
        connection.ensure_connection()
        missing = missing_migrations()
    except (DatabaseError, InterfaceError) as error:
        yield Error(
            f"The database does not answer: {(str(error).strip() or type(error).__name__).splitlines()[0]}",
            hint="Is it running, and is DATABASE_URL right?",
            id="tocsin.E010",
        )
        return
    if missing:
        yield Error(
            f"The database is not up to date: {len(missing)} migrations are missing.",
            hint="Run “tocsin migrate”.",
            id="tocsin.E011",
        )


def check_worker() -> Finding:
    """Every pass of a worker leaves its time in the database, so any machine can see whether one works."""
    last = CounterRun.objects.values_list("finished_at", flat=True).first()
    if last is None or timezone.now() - last > SILENT_AFTER:
        yield Warning(
            "No worker seems to run: what is signed is kept, but not counted, and no letter leaves.",
            hint="“tocsin serve” runs one. If it runs, look at what it says.",
            id="tocsin.W012",
        )


def check_look_ups() -> Finding:
    """Campaigns that look up who represents a person, at a provider that could not say."""
    asked = Campaign.objects.filter(targeting=Targeting.POSTAL_CODE).values_list("provider", flat=True).distinct()
    providers = set(asked)
    if Provider.TABLE in providers and nothing_to_look_up_in():
        yield Warning(
            "A campaign looks postal codes up in the table, and the table is empty: its letters wait.",
            hint="Load one at the desk, or with “tocsin import-postal-codes FILE”: docs/operators/look-ups.md.",
            id="tocsin.W031",
        )
    missing = what_is_missing(settings.TOCSIN_BOUNDARIES) if Provider.BOUNDARIES in providers else ""
    if missing:
        yield Warning(
            f"A campaign looks postal codes up on a map, and {missing} is missing: its letters wait.",
            hint="Install it with “pip install tocsin[geo]”."
            if missing == "shapely"
            else f"Put it into {settings.TOCSIN_BOUNDARIES}: docs/operators/look-ups.md.",
            id="tocsin.W032",
        )


def check_homes() -> Finding:
    if missing := languages_without_a_home():
        yield Warning(
            f"There is no home page yet in: {', '.join(missing)}. Campaigners cannot write pages in it.",
            hint="Run “tocsin begin”.",
            id="tocsin.W013",
        )


BEFORE_THE_DATABASE: list[Callable[[], Finding]] = [
    *(check_keys, check_address, check_mail, check_provider, check_inbound, check_sign_in, check_folder, check_disk),
]


def findings(*, starting: bool = False) -> list[CheckMessage]:
    """All that was found, Django's own checks included. What needs the database is left out where it is away."""
    found = [message for one in BEFORE_THE_DATABASE for message in one()]
    away = list(check_database()) if not any(message.id == "tocsin.E007" for message in found) else []
    found += away
    if any(message.is_serious() for message in found if message.id in {"tocsin.E007", "tocsin.E010", "tocsin.E011"}):
        return found
    found += check_look_ups()
    found += check_homes()
    found += [] if starting else check_worker()
    return [*found, *run_checks(databases=["default"])]


def look_over(*, quiet: bool = False) -> bool:
    """Prints what was found; whether Tocsin can run as it is. `quiet` says nothing when all is well."""
    found = findings(starting=quiet)
    for message in found:
        say(f"{'Error' if message.is_serious() else 'Remark'} {message.id}: {message.msg}")
        if message.hint:
            say(f"    {message.hint}")
    errors = sum(message.is_serious() for message in found)
    if errors:
        say(f"\nTocsin cannot run like this: {errors} to mend.")
    elif not quiet:
        say("All is well." if not found else "\nTocsin can run like this.")
    return not errors


def check(arguments: Sequence[str]) -> int:
    """`tocsin check`"""
    words = argparse.ArgumentParser(prog="tocsin check", description="Says what is wrong, and how to mend it.")
    words.parse_args(arguments)
    return 0 if look_over() else 1
