from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supporters', '0004_supporter_said_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='supporterimport',
            name='language',
            field=models.CharField(blank=True, db_default='', max_length=10),
        ),
    ]
