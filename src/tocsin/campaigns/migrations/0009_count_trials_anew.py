"""Trials were counted in letters, and are shown in people: those that ended are counted once more, by the worker."""

from django.db import migrations


def count_anew(apps, _schema_editor):
    apps.get_model("campaigns", "Trial").objects.filter(state="ended").update(found_at=None)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_tables_in_use")]

    operations = [migrations.RunPython(count_anew, migrations.RunPython.noop)]
