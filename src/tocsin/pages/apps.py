"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "tocsin.pages"
    label = "pages"
    verbose_name = "Tocsin pages"
    default_auto_field = "django.db.models.BigAutoField"
