"""Let several documents have one address: unique by project, address and variant instead of project and address.

The column has a constant default, so no row is rewritten; the index is built without blocking writers. A killed run is
completed by running it again.
"""

from django.db import migrations, models

NAME = "one_document_per_variant"


def build_index(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [NAME])
        built = cursor.fetchone()
        if built and not built[0]:  # what a killed run leaves
            cursor.execute(f"DROP INDEX {NAME}")
        cursor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {NAME}"
            " ON monitoring_document (project_id, address_key, variant) WHERE address_key IS NOT NULL"
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0004_source_habits")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE monitoring_document ADD COLUMN IF NOT EXISTS variant bigint DEFAULT 0 NOT NULL",
                    migrations.RunSQL.noop,
                ),
                migrations.RunPython(build_index, migrations.RunPython.noop, atomic=False),
                migrations.RunSQL(
                    "ALTER TABLE monitoring_document DROP CONSTRAINT IF EXISTS one_document_per_address",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AddField("document", "variant", models.BigIntegerField(default=0, db_default=0)),
                migrations.RemoveConstraint("document", "one_document_per_address"),
                migrations.AddConstraint(
                    "document",
                    models.UniqueConstraint(
                        fields=("project", "address_key", "variant"),
                        condition=models.Q(address_key__isnull=False),
                        name=NAME,
                    ),
                ),
            ],
        ),
    ]
