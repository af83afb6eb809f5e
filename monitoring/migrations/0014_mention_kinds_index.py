"""Fill the new columns of mentions, and build `mention_by_keyword` again with them, without blocking writers.

Mentions change in batches of BATCH document ids, each in its own transaction; only documents that were stored by a
version with these columns have values to copy. The new index is built next to the old one, which is dropped afterwards:
until then, pages read the old one. Each step checks what is already done, so running it again completes a killed run.
"""

from django.db import migrations, models

BATCH = 20_000
NAME, NEW_NAME = "mention_by_keyword", "mention_by_keyword_new"

BOUNDS = """
SELECT min(id), max(id) FROM monitoring_document WHERE fetched_at >= coalesce(
    (SELECT min(applied) FROM django_migrations WHERE app = 'monitoring' AND name = '0009_platforms'), '-infinity'
)
"""
# Locked in the order of triage, so two writers can't deadlock.
VALUES = """
WITH changed AS MATERIALIZED (
    SELECT m.id, new.kind, new.rating, new.country FROM (
        SELECT id, kind, country,
            CASE WHEN rating IS NOT NULL THEN least(greatest(floor(rating + 0.5), 1), 5)::smallint END AS rating
        FROM monitoring_document
        WHERE id >= %s AND id < %s AND (kind <> '' OR country <> '' OR rating IS NOT NULL)
    ) new JOIN monitoring_mention m ON m.document_id = new.id
    WHERE (m.kind, m.rating, m.country) IS DISTINCT FROM (new.kind, new.rating, new.country)
    ORDER BY m.id FOR NO KEY UPDATE OF m
)
UPDATE monitoring_mention m SET kind = changed.kind, rating = changed.rating, country = changed.country
FROM changed WHERE m.id = changed.id
"""
BUILD = f"""
CREATE INDEX CONCURRENTLY {NEW_NAME} ON monitoring_mention (keyword_id, published, id)
INCLUDE (platform, source_id, author, language, engagement, status, sentiment, document_id, kind, rating, country)
"""


def copy_values(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(BOUNDS)
        first, last = cursor.fetchone()
        for start in range(first or 0, last + 1 if last else 0, BATCH):
            cursor.execute(VALUES, [start, start + BATCH])


def replace_index(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if _has_new_columns(cursor, NAME):
            return
        if not _has_new_columns(cursor, NEW_NAME):
            cursor.execute(f"DROP INDEX IF EXISTS {NEW_NAME}")  # what a killed run leaves
            cursor.execute(BUILD)
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        cursor.execute(f"ALTER INDEX {NEW_NAME} RENAME TO {NAME}")


def _has_new_columns(cursor, name):
    """Return whether an index is usable and has the new columns."""
    cursor.execute(
        "SELECT FROM pg_index JOIN pg_attribute ON attrelid = indexrelid"
        " WHERE indexrelid = to_regclass(%s) AND attname = 'country' AND indisvalid",
        [name],
    )
    return cursor.fetchone() is not None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0013_mention_kinds")]

    operations = [
        migrations.RunPython(copy_values, migrations.RunPython.noop, atomic=False),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(replace_index, migrations.RunPython.noop, atomic=False)],
            state_operations=[
                migrations.RemoveIndex("mention", NAME),
                migrations.AddIndex(
                    "mention",
                    models.Index(
                        fields=["keyword", "published", "id"],
                        include=(
                            *("platform", "source", "author", "language", "engagement", "status", "sentiment"),
                            *("document", "kind", "rating", "country"),
                        ),
                        name=NAME,
                    ),
                ),
            ],
        ),
    ]
