"""`tocsin settings`: the page docs/operators/settings.md, made from the settings themselves."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Sequence

from tocsin.lib.environment import Setting, env
from tocsin.lib.sealing import new_key

HEAD = """\
# Settings

Every setting is an environment variable. A value that cannot be used stops the start with a sentence that says why.
Instead of a value, `NAME_FILE` may name a file that holds it, as secret stores and containers like it.

This page is made by `tocsin settings`.

| Variable | Default | What it does |
| --- | --- | --- |
"""


def settings(_arguments: Sequence[str]) -> int:
    print(page(), end="")
    return 0


def page() -> str:
    """The defaults, whatever is set around us."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")] + ["DATABASE_URL", "DATABASE_URL_FILE"]:
        os.environ.pop(name, None)
    os.environ |= {"TOCSIN_KEYS": new_key(), "TOCSIN_DIGEST_KEY": new_key()}
    env.asked.clear()
    pkgutil.resolve_name("tocsin.settings")
    return HEAD + "".join(_row(setting) for setting in sorted(env.asked, key=lambda one: one.name))


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    return f"| `{setting.name}` | {default} | {setting.help.replace('|', '&#124;')} |\n"
