"""What several models share: rows that are written once, and names of time zones."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tocsin.lib.zones import is_zone


def check_time_zone(name: str) -> None:
    if not is_zone(name):
        raise ValidationError(_("“%(name)s” is no time zone. Write one like America/Toronto."), params={"name": name})


class AppendOnly(models.Model):
    """Rows that are written once. What was wrong is put right by a further row, never by a change."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("This line cannot be changed. Add another that puts it right."))
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("This line cannot be removed. Add another that puts it right."))
