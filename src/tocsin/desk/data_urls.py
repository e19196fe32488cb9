"""The addresses of people's data: lists, one person, exports and imports; of a campaign and of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import erasing, exports, people_import, people_lists, person, taking_along

# Below a campaign's own address, in its name space.
DATA_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/supporters/", people_lists.supporters_of, name="supporters"),
    path("<int:pk>/supporters/<int:supporter_pk>/", person.person_of, name="person"),
    path("<int:pk>/actions/", people_lists.actions_of, name="actions"),
    path("<int:pk>/consents/", people_lists.consents_of, name="consents"),
    path("<int:pk>/exports/", exports.exports_of, name="exports"),
    path("<int:pk>/exports/new/<slug:kind>/", exports.new_of, name="new_export"),
]
DATA_OF_ALL: list[URLPattern] = [
    path("data/", people_lists.data, name="desk_data"),
    path("data/supporters/", people_lists.supporters, name="desk_supporters"),
    path("data/supporters/find/", person.find, name="desk_find_person"),
    path("data/supporters/<int:pk>/", person.person, name="desk_supporter"),
    path("data/supporters/<int:pk>/erase/", erasing.erase, name="desk_erase_person"),
    path("data/supporters/<int:pk>/take-along/", taking_along.take_along, name="desk_take_along"),
    path("data/actions/<int:pk>/take-along/", taking_along.take_along_by_action, name="desk_take_along_by_action"),
    path("data/actions/<int:pk>/erase/", erasing.erase_by_action, name="desk_erase_by_action"),
    path("data/actions/", people_lists.actions, name="desk_actions"),
    path("data/consents/", people_lists.consents, name="desk_consents"),
    path("data/exports/", exports.exports, name="desk_exports"),
    path("data/exports/new/<slug:kind>/", exports.new, name="desk_new_export"),
    path("data/exports/<int:pk>/", exports.export, name="desk_export"),
    path("data/exports/<int:pk>/state.json", exports.state, name="desk_export_state"),
    path("data/exports/<int:pk>/file/", exports.download, name="desk_export_download"),
    path("data/exports/<int:pk>/stop/", exports.stop, name="desk_export_stop"),
    path("data/imports/", people_import.imports, name="desk_imports"),
    path("data/imports/<int:pk>/", people_import.imported, name="desk_import"),
    path("data/imports/<int:pk>/state.json", people_import.state, name="desk_import_state"),
    path("data/imports/<int:pk>/check/", people_import.check, name="desk_import_check"),
    path("data/imports/<int:pk>/as-typed/", people_import.as_typed, name="desk_import_as_typed"),
    path("data/imports/<int:pk>/carry-out/", people_import.carry_out, name="desk_import_carry_out"),
    path("data/imports/<int:pk>/take-back/", people_import.take_back, name="desk_import_take_back"),
    path("data/imports/<int:pk>/left-out.csv", people_import.left_out, name="desk_import_left_out"),
]
