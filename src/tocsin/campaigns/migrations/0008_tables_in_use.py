"""The tables of postal codes that `tocsin import-postal-codes` filled are known to the desk, and so are their divisions."""

from django.db import migrations
from django.db.models import Count, Max


def know_what_is_there(apps, _schema_editor):
    lines, tables, divisions = (
        apps.get_model("campaigns", name) for name in ("PostalDivision", "PostalTable", "TableDivision")
    )
    names = lines.objects.order_by().values_list("table", flat=True).distinct()
    for name in list(names):
        inside = lines.objects.filter(table=name).order_by()
        found = inside.values_list("division").annotate(Max("name"), Count("pk"))
        rows = [divisions(table=name, division=one, name=called, codes=codes) for one, called, codes in found[:20_000]]
        divisions.objects.bulk_create(rows, batch_size=500)
        number = inside.count()
        tables.objects.create(
            name=name,
            file_name="tocsin import-postal-codes",
            state="used" if name == "default" else "read",
            rows=number,
            numbers={
                "lines": number,
                "codes": inside.values("postal_code").distinct().count(),
                "several": inside.values("postal_code").annotate(at=Count("pk")).filter(at__gt=1).count(),
                "divisions": len(rows),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_postal_tables")]

    operations = [migrations.RunPython(know_what_is_there, migrations.RunPython.noop)]
