"""The one command, `tocsin`. It stays light: Django is loaded only by what needs it, after the environment is set."""

from __future__ import annotations

import difflib
import os
import pkgutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import django
from django.core.management import execute_from_command_line

from tocsin.lib.environment import WrongSetting
from tocsin.lib.sealing import new_key

WRONG_SETTING = 2
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Own:
    """A command of ours: where the function is that takes the arguments and returns the exit code, and what it does."""

    function: str
    usage: str
    help: str
    needs_django: bool = False
    # The exit code for whatever goes wrong, where whoever runs it gives numbers a meaning of their own.
    on_failure: int | None = None


OWN = {
    "demo": Own(
        "tocsin.demo:demo",
        "demo [--port 8000] [--dir demo-data]",
        "Try Tocsin: sets up everything in one folder and runs it. No mail leaves this machine.",
    ),
    "begin": Own(
        "tocsin.prepare:begin",
        "begin",
        "Make the home page of each language, so that campaigners can begin.",
        needs_django=True,
    ),
    "serve": Own("tocsin.serve:serve", "serve", "Run it for real: the web server and a worker."),
    "worker": Own(
        "tocsin.worker:worker", "worker", "Run one more worker by itself, here or elsewhere.", needs_django=True
    ),
    "inbound": Own(
        "tocsin.incoming:inbound",
        "inbound [RECIPIENT]",
        "Take one mail on standard input: what your mail server hands over of bounces and answers.",
        needs_django=True,
        on_failure=75,
    ),
    "restored": Own(
        "tocsin.restored:restored",
        "restored",
        "After the database came back from a backup: hold what may have been sent since.",
        needs_django=True,
    ),
    "audit": Own(
        "tocsin.auditing:audit",
        "audit [HASH]",
        "Say whether the log of what staff did still is as it was written, and print its newest hash.",
        needs_django=True,
    ),
    "retention": Own(
        "tocsin.keeping:retention",
        "retention",
        "Say how many people's data the next night ends, campaign by campaign. Changes nothing.",
        needs_django=True,
    ),
    "check": Own(
        "tocsin.checks:check", "check", "Say what is wrong with the set-up, and how to mend it.", needs_django=True
    ),
    "import-postal-codes": Own(
        "tocsin.postal:import_postal_codes",
        "import-postal-codes FILE",
        "Fill the table of postal codes that campaigns look up who represents a person in.",
        needs_django=True,
    ),
    "campaign": Own(
        "tocsin.campaign_folder:campaign",
        "campaign export|check|import …",
        "Take a campaign out as a folder of files, say what a folder would change, or bring it in as drafts.",
        needs_django=True,
    ),
    "keys": Own("tocsin.cli:keys", "keys", "Print a fresh pair of keys for personal data."),
    "settings": Own("tocsin.manual:settings", "settings", "Print every setting with its default and what it does."),
}
ALSO = {
    "migrate": "Make or renew the tables of the database.",
    "createsuperuser": "Make a first login for the desk.",
    "changepassword": "Give a login a new password.",
    "help --commands": "List every command of Django and Wagtail; all of them work here.",
}


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0, 1 for what went wrong, 2 for a setting that cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    try:
        if name in {"", "-h", "--help"} or (name == "help" and not rest):
            return overview()
        if name == "--version":
            return say_version()
        if asked := _asks_for_help(name, rest):
            return say_how(asked)
        if name in OWN:
            return _run_own(OWN[name], rest)
        execute_from_command_line(["tocsin", *arguments])
    except WrongSetting as wrong:
        print(_meant(name) or wrong, file=sys.stderr)
        return _code(name, WRONG_SETTING)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _asks_for_help(name: str, rest: list[str]) -> Own | None:
    """The command of ours that somebody wants explained. One that needs Django cannot do so without keys."""
    if name == "help":
        return OWN.get(rest[0])
    own = OWN.get(name)
    return own if own and own.needs_django and {"-h", "--help"} & set(rest) else None


def _meant(name: str) -> str:
    """A slip of the keys must not be answered with what is missing for a command that does not exist."""
    close = [] if name in OWN else difflib.get_close_matches(name, OWN, 1)
    return f"There is no command “{name}”. Did you mean “tocsin {close[0]}”?" if close else ""


def _run_own(own: Own, arguments: list[str]) -> int:
    try:
        if own.needs_django:
            django.setup()
        code: int = pkgutil.resolve_name(own.function)(arguments)
    except (Exception, SystemExit) as error:
        if own.on_failure is None or isinstance(error, WrongSetting) or not getattr(error, "code", 1):
            raise
        print(f"tocsin: {type(error).__name__}", file=sys.stderr)
        return own.on_failure
    return code


def _code(name: str, usual: int) -> int:
    """The exit code of a failure: what mail servers expect, where one runs it, or the usual one."""
    own = OWN.get(name)
    return usual if own is None or own.on_failure is None else own.on_failure


def overview() -> int:
    """What it can do."""
    rows = {own.usage: own.help for own in OWN.values()}
    width = max(map(len, [*rows, *ALSO])) + 2
    print("Tocsin: people write to decision-makers, and every letter is kept, counted and delivered.\n")
    print("\n".join(f"  tocsin {usage:{width}}{text}" for usage, text in rows.items()))
    print("\nFrom Django and Wagtail:\n")
    print("\n".join(f"  tocsin {usage:{width}}{text}" for usage, text in ALSO.items()))
    print("\nSettings are environment variables: docs/operators/settings.md, or “tocsin settings”.")
    return 0


def say_how(own: Own) -> int:
    print(f"usage: tocsin {own.usage}\n\n{own.help}")
    return 0


def say_version() -> int:
    print(f"Tocsin {version('tocsin')}, Django {django.get_version()}")
    return 0


def keys(_arguments: Sequence[str]) -> int:
    """A pair for the environment. The remark goes elsewhere, so that `tocsin keys >> secrets.env` holds keys only."""
    print(f"TOCSIN_KEYS={new_key()}\nTOCSIN_DIGEST_KEY={new_key()}")
    print("Keep them where backups of the database are not, and never lose them.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    main()
