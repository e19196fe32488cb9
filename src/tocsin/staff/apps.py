"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "tocsin.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"
