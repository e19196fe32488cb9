"""What a file of supporters means: its columns, its day, and addresses that look mistyped."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.test_people_import import CONSENT, checked, upload, who
from tests.desk.test_people_import import no_files_left as no_files_left
from tocsin.supporters.current import may_be_mailed


def test_an_odd_address_that_is_right_is_taken_as_it_is_typed(admin: Client) -> None:
    """gmail.co might be somebody's. Whoever knows the person says so; nobody is guessed at."""
    kept = checked(admin, "jane@gmail.co,Jane,Doe,,,", "name@society.internal,John,,,,")
    page = admin.get(reverse("desk_import", args=[kept.pk])).content.decode()
    assert "1 address looks mistyped and is left out. It is in row 2." in page
    assert (kept.numbers["wrong"], kept.numbers["mistyped"], kept.numbers["doubtful"]) == (1, 1, 1)
    admin.post(reverse("desk_import_as_typed", args=[kept.pk]), {"yes": "1"})
    kept.refresh_from_db()
    assert (kept.state, kept.numbers["wrong"], kept.numbers["new"]) == ("checked", 0, 2)
    page = admin.get(reverse("desk_import", args=[kept.pk])).content.decode()
    assert "“jane@gmail.co” is probably mistyped: jane@gmail.com?" in page
    assert "1 address looks mistyped and will be imported as it is typed" in page
    assert kept.numbers["doubtful"] == 1
    admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {"purpose": "calls"})
    kept.refresh_from_db()
    assert (kept.consent["purpose"], kept.numbers["new"]) == ("calls", 2)
    admin.post(reverse("desk_import_carry_out", args=[kept.pk]))
    assert may_be_mailed("calls").count() == 2
    assert who("jane@gmail.co").consents.exists()
    assert ModelLogEntry.objects.get(action="tocsin.people_imported").data["as_typed"] is True


def test_they_are_left_out_again_until_it_is_carried_out(admin: Client) -> None:
    kept = checked(admin, "jane@gmail.co,Jane,Doe,,,", "john@society.internal,John,,,,")
    for said, new in (("yes", 2), ("no", 1)):
        admin.post(reverse("desk_import_as_typed", args=[kept.pk]), {said: "1"})
        kept.refresh_from_db()
        assert kept.numbers["new"] == new
    admin.post(reverse("desk_import_carry_out", args=[kept.pk]))
    admin.post(reverse("desk_import_as_typed", args=[kept.pk]), {"yes": "1"})
    kept.refresh_from_db()
    assert (kept.state, kept.numbers["added"]) == ("done", 1)


def test_what_columns_were_said_to_mean_is_kept_where_something_is_to_be_mended(admin: Client) -> None:
    kept = upload(admin, data=b"a,b\njane@society.internal,Jane\n")
    said = {"column-0": "email", "column-1": "given_name", "wording": ""}
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | said)
    assert response.status_code == 422
    chosen = {one["at"]: one["means"] for one in response.context["choices"]}
    assert chosen == {0: "email", 1: "given_name"}


def test_two_columns_that_mean_the_same_are_asked_about(admin: Client) -> None:
    """Else one of them would be left out unseen: which one, nobody said."""
    kept = upload(admin, data=b"a,b\njane@society.internal,joan@society.internal\n")
    said = {"column-0": "email", "column-1": "email"}
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | said)
    assert response.status_code == 422
    assert "Two columns mean “E-mail address”." in response.content.decode()
    assert [one["means"] for one in response.context["choices"]] == ["email", "email"]


def test_a_day_of_long_ago_is_a_typing_error(admin: Client) -> None:
    kept = upload(admin, data=b"email\njane@society.internal\n")
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {"agreed_on": "0026-03-01"})
    assert response.status_code == 422
    assert "This day is too long ago." in response.content.decode()
