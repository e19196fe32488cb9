"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "tocsin.look"
    label = "look"
    default_auto_field = "django.db.models.BigAutoField"
