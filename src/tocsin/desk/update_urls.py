"""The addresses of updates, below a campaign's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import updates

UPDATES_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/updates/", updates.updates, name="updates"),
    path("<int:pk>/updates/new/", updates.new, name="new_update"),
    path("<int:pk>/updates/<int:update_pk>/", updates.update, name="update"),
    path("<int:pk>/updates/<int:update_pk>/edit/", updates.edit, name="edit_update"),
    path("<int:pk>/updates/<int:update_pk>/mail/<str:language>/", updates.preview, name="update_preview"),
    path("<int:pk>/updates/<int:update_pk>/test/", updates.test, name="update_test"),
    path("<int:pk>/updates/<int:update_pk>/send/", updates.send, name="update_send"),
    path("<int:pk>/updates/<int:update_pk>/<slug:step>/", updates.step, name="update_step"),
]
