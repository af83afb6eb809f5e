"""Index the stories of documents and mentions, and queue recent mentions for grouping, without blocking writers.

The two covering indexes of mentions are built again with the new column next to the old ones, which are dropped
afterwards: until then, pages read the old ones. Each step checks what is already done, so running it again completes a
killed run. Stories are found for mentions published in the last DAYS days, the longest named period of pages.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BATCH = 20_000
DAYS = 90
NEW = "_with_story"

INDEXES = {
    "mention_by_keyword": (
        "(keyword_id, published, id) INCLUDE (platform, source_id, author, language, engagement, status, sentiment,"
        " document_id, kind, rating, country, story_id)"
    ),
    "mention_by_find": "(keyword_id, found_at) INCLUDE (status, is_backlog, sentiment, document_id, story_id)",
}
QUEUE = """
INSERT INTO monitoring_storycheck (document_id)
SELECT d.id FROM monitoring_document d
WHERE d.id >= %s AND d.id < %s AND d.published > now() - make_interval(days => %s) AND d.deleted_at IS NULL
    AND EXISTS (SELECT FROM monitoring_mention m WHERE m.document_id = d.id)
"""


def replace_indexes(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name, definition in INDEXES.items():
            if not _has_story(cursor, name):
                _replace(cursor, name, definition)


def _replace(cursor, name, definition):
    if not _has_story(cursor, name + NEW):
        cursor.execute(f"DROP INDEX IF EXISTS {name + NEW}")  # what a killed run leaves
        cursor.execute(f"CREATE INDEX CONCURRENTLY {name + NEW} ON monitoring_mention {definition}")
    cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    cursor.execute(f"ALTER INDEX {name + NEW} RENAME TO {name}")


def _has_story(cursor, name):
    """Return whether an index is usable and has the new column."""
    cursor.execute(
        "SELECT FROM pg_index JOIN pg_attribute ON attrelid = indexrelid"
        " WHERE indexrelid = to_regclass(%s) AND attname = 'story_id' AND indisvalid",
        [name],
    )
    return cursor.fetchone() is not None


def queue_mentions(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(document_id), 0) FROM monitoring_storycheck")
        queued_to = cursor.fetchone()[0]  # by a killed run
        cursor.execute("SELECT coalesce(max(id), 0) FROM monitoring_document")
        for start in range(queued_to + 1, cursor.fetchone()[0] + 1, BATCH):
            cursor.execute(QUEUE, [start, start + BATCH, DAYS])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0027_stories")]

    operations = [
        # What a killed run leaves would have the name of the new index.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS document_by_story", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "document",
            models.Index(
                condition=models.Q(("story__isnull", False)), fields=["story"], name="document_by_story"
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS mention_by_story", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "mention",
            models.Index(
                condition=models.Q(("story__isnull", False)),
                fields=["story", "published", "document"],
                name="mention_by_story",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(replace_indexes, migrations.RunPython.noop, atomic=False)],
            state_operations=[
                migrations.RemoveIndex("mention", "mention_by_keyword"),
                migrations.AddIndex(
                    "mention",
                    models.Index(
                        fields=["keyword", "published", "id"],
                        include=(
                            *("platform", "source", "author", "language", "engagement", "status", "sentiment"),
                            *("document", "kind", "rating", "country", "story"),
                        ),
                        name="mention_by_keyword",
                    ),
                ),
                migrations.RemoveIndex("mention", "mention_by_find"),
                migrations.AddIndex(
                    "mention",
                    models.Index(
                        fields=["keyword", "found_at"],
                        include=("status", "is_backlog", "sentiment", "document", "story"),
                        name="mention_by_find",
                    ),
                ),
            ],
        ),
        migrations.RunPython(queue_mentions, migrations.RunPython.noop, atomic=False),
    ]
