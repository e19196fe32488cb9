"""The addresses of pictures of numbers: of one campaign, and of all of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import figure_screens, figures_of_all

# Below a campaign's own address, in its name space.
NUMBERS_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/numbers/", figure_screens.numbers, name="numbers"),
    path("<int:pk>/numbers/<slug:name>.csv", figure_screens.numbers_csv, name="numbers_csv"),
]
NUMBERS_OF_ALL: list[URLPattern] = [
    path("numbers/", figures_of_all.numbers, name="desk_numbers"),
    path("numbers/<slug:name>.csv", figures_of_all.numbers_csv, name="desk_numbers_csv"),
]
