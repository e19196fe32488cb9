import hashlib
import json

from django.db import migrations


def begin_histories(apps, _schema_editor):
    """What a script from before approvals is becomes its first version."""
    version = apps.get_model("pages", "ScriptVersion")
    for script in apps.get_model("pages", "Script").objects.all():
        hosts = sorted({line.strip().lower() for line in script.hosts.splitlines() if line.strip()})
        said = json.dumps([script.page_id, script.code, hosts, script.consent_class], ensure_ascii=False)
        script.sha256, script.changed_by_id = hashlib.sha256(said.encode()).hexdigest(), script.added_by_id
        script.save(update_fields=["sha256", "changed_by"])
        kept = {"code": script.code, "hosts": script.hosts, "consent_class": script.consent_class}
        version.objects.create(script=script, number=1, sha256=script.sha256, **kept)


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0003_scripts'),
    ]

    operations = [
        migrations.RunPython(begin_histories, migrations.RunPython.noop),
    ]
