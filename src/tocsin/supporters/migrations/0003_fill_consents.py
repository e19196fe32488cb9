"""What answers that are there already now say themselves: their purpose, and the campaign they were given in."""

from django.db import migrations

FILL = """
UPDATE supporters_consent SET
  purpose = (SELECT w.purpose FROM supporters_consentwording w WHERE w.id = supporters_consent.wording_id),
  campaign_ref = (SELECT e.campaign_id FROM campaigns_edition e WHERE e.id = supporters_consent.edition_ref)
WHERE purpose = '' AND wording_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("supporters", "0002_consents"), ("campaigns", "0001_initial")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
