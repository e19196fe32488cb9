"""SharedNote is what all web processes must know of each other: how often somebody tried, which code was used."""

from __future__ import annotations

from django.db import models


class SharedNote(models.Model):
    """A row of Django's cache in the database (lib/splitcache.py), whose columns these are. It forgets by itself."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
