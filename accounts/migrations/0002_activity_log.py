"""Bring the activity log of a database from before it had this name to the schema of 0001_initial.

A new database has nothing to do here. The names of actions and values follow those of keywords.
"""

from django.db import migrations

RENAMED = """
ALTER TABLE accounts_auditline RENAME TO accounts_activityentry;
ALTER INDEX audit_by_project RENAME TO activity_by_project;
UPDATE accounts_activityentry SET action = 'keyword' || substr(action, 6) WHERE action LIKE 'topic.%';
UPDATE accounts_activityentry SET detail = replace(replace(replace(replace(detail::text,
    '"to_answer"', '"needs_reply"'), '"answered"', '"replied"'), '"unsure"', '"uncertain"'), '"subject"', '"topic"')::jsonb
    WHERE detail::text ~ '"(to_answer|answered|unsure|subject)"';
"""


def upgrade(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if "accounts_auditline" in connection.introspection.table_names(cursor):
            cursor.execute(RENAMED)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(upgrade, migrations.RunPython.noop)]
