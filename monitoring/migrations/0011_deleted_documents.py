"""Let documents be blanked when their platform deletes them, with the corrections of their mentions.

Nullable columns without a default: Postgres adds them without rewriting the tables. Corrections are few: one per label
that a person gave.
"""

import django.db.models.deletion
from django.db import migrations, models

DOCUMENTS_OF_CORRECTIONS = """
UPDATE monitoring_correction c SET document_id = m.document_id FROM monitoring_mention m WHERE m.id = c.mention_id
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0010_source_periods")]

    operations = [
        migrations.AddField("document", "deleted_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "correction",
            "document",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="monitoring.document",
            ),
        ),
        migrations.RunSQL(DOCUMENTS_OF_CORRECTIONS, migrations.RunSQL.noop),
    ]
