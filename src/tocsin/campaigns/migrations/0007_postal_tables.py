import django.db.models.functions.datetime
from django.db import migrations, models

import tocsin.campaigns.models.postal_table


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0006_mailable'),
    ]

    operations = [
        migrations.CreateModel(
            name='PostalTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(default=tocsin.campaigns.models.postal_table.new_table_name, max_length=40, unique=True)),
                ('file_name', models.CharField(max_length=200)),
                ('country', models.CharField(default='CA', max_length=2)),
                ('upload', models.CharField(blank=True, help_text='Name of the sealed file as it came.', max_length=200)),
                ('left_out_file', models.CharField(blank=True, help_text='Name of the sealed rows left out.', max_length=200)),
                ('first', models.JSONField(default=list)),
                ('first_wrong', models.JSONField(default=list)),
                ('numbers', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('read', 'Read: not in use yet'), ('used', 'In use'), ('former', 'Was in use before'), ('removing', 'Being removed'), ('removed', 'Removed'), ('failed', 'Failed')], default='reading', max_length=10)),
                ('state_since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rows', models.PositiveIntegerField(default=0, help_text='Lines that are stored.')),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('run', models.CharField(blank=True, max_length=16)),
                ('beat_at', models.DateTimeField(null=True)),
                ('runs', models.PositiveSmallIntegerField(default=0)),
                ('why', models.CharField(blank=True, max_length=500)),
                ('by_name', models.CharField(max_length=160)),
                ('uploaded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'table of postal codes',
                'verbose_name_plural': 'tables of postal codes',
                'ordering': ['-uploaded_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'used')), fields=('state',), name='one_table_of_postal_codes_in_use')],
            },
        ),
        migrations.CreateModel(
            name='TableDivision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=40)),
                ('division', models.CharField(max_length=120)),
                ('name', models.CharField(blank=True, max_length=160)),
                ('codes', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'division of a table of postal codes',
                'verbose_name_plural': 'divisions of tables of postal codes',
                'constraints': [models.UniqueConstraint(fields=('table', 'division'), name='a_table_knows_a_division_once')],
            },
        ),
    ]
