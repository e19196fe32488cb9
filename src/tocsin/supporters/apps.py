"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "tocsin.supporters"
    label = "supporters"
    default_auto_field = "django.db.models.BigAutoField"
