from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supporters', '0003_fill_consents'),
    ]

    operations = [
        migrations.AddField(
            model_name='supporter',
            name='said_at',
            field=models.DateTimeField(null=True),
        ),
    ]
