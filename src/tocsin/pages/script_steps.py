"""The steps of a script: written → asked → approved or refused → switched on and off.

Each is one conditional update with a line of its history, in one transaction; each answers whether it was still
possible. Whoever added a script, or changed it since it was approved last, never decides on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from tocsin.pages.script_history import ScriptStep, ScriptVersion
from tocsin.pages.scripts import Script, ScriptQuerySet, Standing

What = ScriptStep.What
# What the steps decide. A form that was read before another's step must not write it back.
DECIDED = ("standing", "enabled", "sha256", "approved_sha256", "changed_by_id")


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever takes a step, and the name by which the history will call them for ever."""

    user: Any
    name: str


@transaction.atomic
def write_script(script: Script, who: Who) -> Script:
    """Stores a new or changed script. One whose fingerprint changed is a draft again, and off."""
    what = What.ADDED if script._state.adding else What.CHANGED
    if what is What.ADDED:
        script.added_by = who.user
    else:
        now = Script.objects.select_for_update().get(pk=script.pk)
        for name in DECIDED:
            setattr(script, name, getattr(now, name))
    if script.sha256 != script.fingerprint:  # a new name alone is no change that somebody answers for
        script.changed_by = who.user
    script.save()
    _note(script, what, who)
    return script


def ask_for_approval(script: Script, who: Who) -> bool:
    unasked = _as_seen(script).filter(standing__in=[Standing.DRAFT, Standing.REFUSED])
    return _take(unasked, What.ASKED, script, who, standing=Standing.ASKED)


def approve(script: Script, who: Who) -> bool:
    changes = {"standing": Standing.APPROVED, "approved_sha256": script.sha256}
    return may_decide(script, who.user) and _take(_to_decide(script, who), What.APPROVED, script, who, **changes)


def refuse(script: Script, who: Who, reason: str) -> bool:
    changes = {"standing": Standing.REFUSED}
    return may_decide(script, who.user) and _take(_to_decide(script, who), What.REFUSED, script, who, reason, **changes)


def switch_on(script: Script, who: Who) -> bool:
    ready = _as_seen(script).filter(standing=Standing.APPROVED, approved_sha256=F("sha256"), enabled=False)
    return _take(ready, What.ON, script, who, enabled=True)


def switch_off(script: Script, who: Who) -> bool:
    """Whatever it is by now: off is off."""
    return _take(Script.objects.filter(pk=script.pk, enabled=True), What.OFF, script, who, enabled=False)


def may_decide(script: Script, user: Any) -> bool:
    """A second person: neither whoever added it, nor whoever changed it since it was approved last."""
    if user.pk in {script.added_by_id, script.changed_by_id}:
        return False
    approved = script.steps.filter(what=What.APPROVED).aggregate(last=Max("pk"))["last"] or 0
    return not script.steps.filter(what=What.CHANGED, by=user, pk__gt=approved).exists()


def _as_seen(script: Script) -> ScriptQuerySet:
    """The script, if it is still the one that was looked at."""
    return Script.objects.filter(pk=script.pk, sha256=script.sha256)


def _to_decide(script: Script, who: Who) -> ScriptQuerySet:
    waits = _as_seen(script).filter(standing=Standing.ASKED)
    return waits.exclude(added_by=who.user).exclude(changed_by=who.user)


@transaction.atomic
def _take(rows: ScriptQuerySet, what: What, script: Script, who: Who, reason: str = "", **changes: Any) -> bool:
    if not rows.update(**changes):
        return False
    script.refresh_from_db()
    _note(script, what, who, reason)
    return True


def _note(script: Script, what: What, who: Who, reason: str = "") -> None:
    version = _version_of(script)
    ScriptStep.objects.create(script=script, version=version, what=what, reason=reason, by=who.user, by_name=who.name)


def _version_of(script: Script) -> ScriptVersion:
    """The newest version, if it is what the script is; else the one that begins now."""
    newest = script.versions.first()
    if newest is not None and newest.sha256 == script.sha256:
        return newest
    return ScriptVersion.objects.create(
        script=script,
        number=newest.number + 1 if newest else 1,
        code=script.code,
        hosts=script.hosts,
        consent_class=script.consent_class,
        sha256=script.sha256,
    )
