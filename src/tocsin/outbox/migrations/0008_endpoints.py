from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0007_mail_domain'),
    ]

    operations = [
        migrations.AddField(
            model_name='endpoint',
            name='setback_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='setbacks',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='removed_at',
            field=models.DateTimeField(null=True),
        ),
        # What waits already goes without people: nobody can say what its endpoint was when it was noted.
        migrations.AddField(
            model_name='call',
            name='with_people',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('given_up_at__isnull', False)), fields=['endpoint', 'id'], name='calls_given_up'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('kind', 'endpoint.test')), fields=['endpoint', 'id'], name='calls_of_tests'),
        ),
    ]
