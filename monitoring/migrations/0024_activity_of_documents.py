"""Link the existing entries of the activity log to the documents that they are about.

Entries change in batches, each in its own transaction; a link that exists is kept, so running it again completes a
killed run. Mentions that were deleted since have no link.
"""

from django.db import migrations

BATCH = 1000

CHANGES = """
INSERT INTO monitoring_documentactivity (entry_id, document_id, before)
SELECT e.id, m.document_id, jsonb_build_object(
    CASE e.action WHEN 'mention.status' THEN 'status' ELSE 'sentiment' END, jsonb_object_agg(one.key, one.value)
)
FROM accounts_activityentry e CROSS JOIN LATERAL jsonb_each(e.detail->'before') one
JOIN monitoring_mention m ON m.id = one.key::bigint
WHERE e.id >= %(start)s AND e.id < %(end)s AND e.action IN ('mention.status', 'mention.sentiment')
GROUP BY e.id, m.document_id ORDER BY e.id, m.document_id
ON CONFLICT DO NOTHING
"""
DELETIONS = """
INSERT INTO monitoring_documentactivity (entry_id, document_id, before)
SELECT DISTINCT e.id, d.id, '{}'::jsonb
FROM accounts_activityentry e CROSS JOIN LATERAL jsonb_array_elements(e.detail->'documents') one
JOIN monitoring_document d ON d.id = one::bigint
WHERE e.id >= %(start)s AND e.id < %(end)s AND e.action = 'document.deleted'
ON CONFLICT DO NOTHING
"""


def link_entries(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_activityentry")
        for start in range(0, cursor.fetchone()[0] + 1, BATCH):
            for statement in (CHANGES, DELETIONS):
                cursor.execute(statement, {"start": start, "end": start + BATCH})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0023_muted_mentions")]

    operations = [migrations.RunPython(link_entries, migrations.RunPython.noop, atomic=False)]
