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
    ]
