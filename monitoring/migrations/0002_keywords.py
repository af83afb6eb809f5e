"""Upgrade a database of 21 November 2026, when keywords were topics, to the schema of 0001_initial.

New databases skip it. Each step checks what is already done, so running it again completes a killed run. Mentions
change in batches of BATCH ids, each in its own transaction; all other steps change the catalog and small tables only.
"""

from django.db import migrations

BATCH = 20_000

# One transaction. Longer varchar columns rewrite neither the table nor its covering indexes; the partial index
# mention_unanalyzed is built again, because its condition is on one of these columns.
RENAME = """
ALTER TABLE monitoring_topic RENAME TO monitoring_keyword;
ALTER TABLE monitoring_keyword RENAME COLUMN kind TO type;
ALTER TABLE monitoring_keyword RENAME CONSTRAINT one_topic_per_name TO one_keyword_per_name;
ALTER TABLE monitoring_keyword DROP CONSTRAINT topic_kind_known;
UPDATE monitoring_keyword SET type = 'topic' WHERE type = 'subject';
ALTER TABLE monitoring_keyword ADD CONSTRAINT keyword_type_known CHECK (type IN ('brand', 'competitor', 'topic'));
ALTER TABLE monitoring_mention RENAME COLUMN topic_id TO keyword_id;
ALTER TABLE monitoring_mention
    RENAME CONSTRAINT one_mention_per_topic_and_document TO one_mention_per_keyword_and_document;
ALTER INDEX mention_by_topic RENAME TO mention_by_keyword;
ALTER INDEX mention_unjudged RENAME TO mention_unanalyzed;
ALTER TABLE monitoring_mention RENAME COLUMN judged_by TO analyzed_by;
ALTER TABLE monitoring_sentimentstate RENAME COLUMN judged_by TO analyzed_by;
ALTER TABLE monitoring_mention DROP CONSTRAINT mention_status_known, DROP CONSTRAINT mention_sentiment_known;
ALTER TABLE monitoring_mention ALTER COLUMN status TYPE varchar(20), ALTER COLUMN sentiment TYPE varchar(10);
ALTER TABLE monitoring_correction ALTER COLUMN label TYPE varchar(10), ALTER COLUMN shown TYPE varchar(10);
UPDATE monitoring_correction SET shown = 'uncertain' WHERE shown = 'unsure';
"""

VALUES = """
UPDATE monitoring_mention SET
    status = CASE status WHEN 'to_answer' THEN 'needs_reply' WHEN 'answered' THEN 'replied' ELSE status END,
    sentiment = CASE sentiment WHEN 'unsure' THEN 'uncertain' ELSE sentiment END
WHERE id > %s AND id <= %s AND (status IN ('to_answer', 'answered') OR sentiment = 'unsure')
"""

# Added unvalidated, then validated: adding a valid constraint blocks the table while it reads every row.
CONSTRAINTS = {
    "mention_status_known": "status IN ('to_review', 'needs_reply', 'replied', 'ignored')",
    "mention_sentiment_known": "sentiment IN ('', 'positive', 'neutral', 'negative', 'uncertain')",
}


def upgrade(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if "monitoring_topic" in connection.introspection.table_names(cursor):
            cursor.execute(RENAME)
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = ANY(%s) AND convalidated", [[*CONSTRAINTS]])
        missing = CONSTRAINTS.keys() - {name for (name,) in cursor.fetchall()}
        if not missing:
            return
        cursor.execute("SELECT coalesce(max(id), 0) FROM monitoring_mention")
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(VALUES, [start, start + BATCH])
        for name in sorted(missing):
            cursor.execute(f"ALTER TABLE monitoring_mention DROP CONSTRAINT IF EXISTS {name}")
            cursor.execute(f"ALTER TABLE monitoring_mention ADD CONSTRAINT {name} CHECK ({CONSTRAINTS[name]}) NOT VALID")
            cursor.execute(f"ALTER TABLE monitoring_mention VALIDATE CONSTRAINT {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0001_initial"), ("accounts", "0002_activity_log")]

    operations = [migrations.RunPython(upgrade, migrations.RunPython.noop, atomic=False)]
