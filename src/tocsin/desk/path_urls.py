"""The addresses of the path, copies, models, files and links to pages, in the name space of campaigns."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import mailing_links, write_in
from tocsin.desk.campaign_files import FILES_OF_CAMPAIGNS
from tocsin.desk.path import again, end, views

PATH: list[URLPattern] = [
    path("begin/", views.new, name="new"),
    path("plans/<int:plan_pk>/publish/", end.last, name="plan_end"),
    path("plans/<int:plan_pk>/away/", views.throw_away, name="plan_away"),
    path("plans/<int:plan_pk>/<slug:name>/", views.step, name="plan"),
    path("models/", again.models, name="models"),
    path("models/<int:model_pk>/remove/", again.remove_model, name="remove_model"),
    path("<int:pk>/begun/", end.begun, name="begun"),
    path("<int:pk>/copy/", again.copy_campaign, name="copy_campaign"),
    path("<int:pk>/model/", again.keep_as_model, name="keep_as_model"),
    path("<int:pk>/mailing-links/", mailing_links.mailing_links, name="mailing_links"),
    *FILES_OF_CAMPAIGNS,
    path("<int:pk>/write/<slug:language>/", write_in.write_in, name="write_in"),
]
