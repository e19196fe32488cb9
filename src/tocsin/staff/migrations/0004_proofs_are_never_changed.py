"""What the nightly walk found is not changed either: like the lines themselves, by triggers of the database."""

from django.db import migrations

from tocsin.staff.append_only import allow_changes, refuse_changes

TABLE = "staff_auditproof"


def refuse(apps, schema_editor):
    refuse_changes(schema_editor.connection, TABLE)


def allow(apps, schema_editor):
    allow_changes(schema_editor.connection, TABLE)


class Migration(migrations.Migration):

    dependencies = [
        ("staff", "0003_sign_in"),
    ]

    operations = [
        migrations.RunPython(refuse, allow),
    ]
