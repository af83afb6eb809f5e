"""Index documents by author, without blocking writers, and have those of earlier versions filled in the background."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

START = """
INSERT INTO monitoring_authorsettings (project_id, backfilled_to)
SELECT p.id, (SELECT max(d.id) + 1 FROM monitoring_document d WHERE d.project_id = p.id) FROM accounts_project p
ON CONFLICT (project_id) DO NOTHING
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0030_authors")]

    operations = [
        # What a killed run leaves would have the name of the new index.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS document_by_author", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "document",
            models.Index(
                fields=["written_by", "published"],
                condition=models.Q(written_by__isnull=False),
                name="document_by_author",
            ),
        ),
        migrations.RunSQL(START, migrations.RunSQL.noop),
    ]
