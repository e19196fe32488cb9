"""How many acted on each edition, of the actions that were there before it was kept."""

from django.db import migrations

FILL = """
INSERT INTO campaigns_editiontally (edition_id, counted)
SELECT edition_id, COUNT(*) FROM actions_action
WHERE state IN ('counted', 'seeking', 'followed', 'stuck')
GROUP BY edition_id
ON CONFLICT (edition_id) DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('actions', '0007_roll_ups'),
        ('campaigns', '0006_mailable'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
