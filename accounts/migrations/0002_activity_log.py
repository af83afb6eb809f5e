"""Upgrade the activity log of a database of 21 November 2026 to the schema of 0001_initial. New databases skip it.

It is the first upgrade of all packages (the others depend on it). Before it changes anything, it checks that the
database has every migration of that version. It renames the content types of all packages as well: the end of any
`migrate` creates missing ones, which would then be in the way of the old ones with their permissions.
"""

from django.core.management.base import CommandError
from django.db import migrations

REQUIRED = {
    ("accounts", "0001_initial"),
    ("monitoring", "0005_documents_by_time"),
    ("alerts", "0002_rule_sentiment"),
}
TOO_OLD = (
    "This database is older than 21 November 2026 and was not changed. "
    "Start the version of that day once (git checkout ad0b9bf), then this version again."
)

TABLE = """
ALTER TABLE accounts_auditline RENAME TO accounts_activityentry;
ALTER INDEX audit_by_project RENAME TO activity_by_project;
"""

# The details of these actions hold nothing but codes and row ids, so replacing text cannot hit a name or a query.
DETAILS = """
UPDATE accounts_activityentry
    SET detail = replace(replace(detail::text, '"to_answer"', '"needs_reply"'), '"answered"', '"replied"')::jsonb
    WHERE action = 'mention.status';
UPDATE accounts_activityentry SET detail = replace(detail::text, '"unsure"', '"uncertain"')::jsonb
    WHERE action = 'mention.sentiment';
UPDATE accounts_activityentry
    SET detail = detail - 'with_unsure' || jsonb_build_object('with_uncertain', detail->'with_unsure')
    WHERE action IN ('rule.created', 'rule.changed') AND detail ? 'with_unsure';
"""

CONTENT_TYPES = [
    ("accounts", "auditline", "audit line", "accounts", "activityentry", "activity entry"),
    ("monitoring", "topic", "topic", "monitoring", "keyword", "keyword"),
    ("alerts", "delivery", "delivery", "delivery", "delivery", "delivery"),
]


def upgrade(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if "accounts_auditline" not in schema_editor.connection.introspection.table_names(cursor):
            return
        cursor.execute("SELECT app, name FROM django_migrations")
        if not REQUIRED <= set(cursor.fetchall()):
            raise CommandError(TOO_OLD)
        cursor.execute(TABLE)
        cursor.execute(DETAILS)
        for names in CONTENT_TYPES:
            rename_content_type(cursor, *names)
    rename_keyword_actions(apps.get_model("accounts", "ActivityEntry"))


def rename_content_type(cursor, old_app, old_model, old_words, new_app, new_model, new_words):
    cursor.execute(
        "UPDATE django_content_type SET app_label = %s, model = %s WHERE app_label = %s AND model = %s"
        " AND NOT EXISTS (SELECT FROM django_content_type WHERE app_label = %s AND model = %s) RETURNING id",
        [new_app, new_model, old_app, old_model, new_app, new_model],
    )
    for (content_type,) in cursor.fetchall():
        cursor.execute(
            "UPDATE auth_permission SET codename = replace(codename, %s, %s), name = replace(name, %s, %s)"
            " WHERE content_type_id = %s",
            [f"_{old_model}", f"_{new_model}", f" {old_words}", f" {new_words}", content_type],
        )


def rename_keyword_actions(entries):
    """A few rows per keyword: read one by one, since their details also hold names and queries."""
    for entry in entries.objects.filter(action__startswith="topic.").iterator():
        entry.action = entry.action.replace("topic.", "keyword.", 1)
        for values in (entry.detail, entry.detail.get("before", {}), entry.detail.get("after", {})):
            if "kind" in values:
                kind = values.pop("kind")
                values["type"] = "topic" if kind == "subject" else kind
        entry.save(update_fields=["action", "detail"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(upgrade, migrations.RunPython.noop)]
