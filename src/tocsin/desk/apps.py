"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tocsin.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
