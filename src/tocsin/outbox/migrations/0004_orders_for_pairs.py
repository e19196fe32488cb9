"""A pause or a start of a campaign's letters to one target stood on their lanes alone; now it has a row of its own."""

from django.db import migrations


def keep_orders(apps, _schema_editor):
    Lane, Bucket = apps.get_model('outbox', 'Lane'), apps.get_model('outbox', 'Bucket')
    told = Lane.objects.filter(campaign_ref__isnull=False, target_ref__isnull=False)
    for lane in told.exclude(paused=False, not_before=None).order_by('pk'):
        order = {'paused': lane.paused, **({'ready_at': lane.not_before} if lane.not_before else {})}
        Bucket.objects.get_or_create(key=f'pair:{lane.campaign_ref}:{lane.target_ref}', defaults=order)


class Migration(migrations.Migration):

    dependencies = [('outbox', '0003_updates')]

    operations = [migrations.RunPython(keep_orders, migrations.RunPython.noop)]
