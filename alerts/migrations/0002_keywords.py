"""Upgrade the rules and incidents of a database of 21 November 2026 to the schema of 0001_initial.

New databases skip it.
"""

from django.db import migrations

RENAME = """
ALTER TABLE alerts_rule RENAME COLUMN topic_id TO keyword_id;
ALTER TABLE alerts_rule RENAME COLUMN with_unsure TO with_uncertain;
UPDATE alerts_incident SET settings = settings - 'with_unsure' || jsonb_build_object('with_uncertain', settings->'with_unsure')
    WHERE settings ? 'with_unsure';
"""


def upgrade(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "alerts_rule")}
        if "topic_id" in columns:
            cursor.execute(RENAME)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("monitoring", "0002_keywords")]

    operations = [migrations.RunPython(upgrade, migrations.RunPython.noop)]
