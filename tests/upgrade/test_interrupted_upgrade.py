"""An upgrade that is killed completes later, reads no big table, and refuses databases that are too old."""

import re
from collections import deque
from importlib import import_module

import pytest
from django.core.management import CommandError
from django.db import connection

from tests.upgrade.database import Killed, as_set, kill_at, migrate, query, rows_of, tables
from tests.upgrade.expected import expected_rows

keywords_migration = import_module("monitoring.migrations.0002_keywords")
# The migrations that rename; the following ones are killed by tests of their own.
RENAMED = [("delivery", "0001_initial"), ("alerts", "0002_keywords")]


def file_nodes(*relations):
    return query("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(%s) ORDER BY 1", [*relations])


def rename():
    return [migrate(*target) for target in RENAMED]


@pytest.mark.parametrize(
    ("pattern", "occurrence"),
    [
        ("ALTER TABLE accounts_auditline", 1),
        ("UPDATE auth_permission", 2),
        ("ALTER TABLE alerts_delivery", 1),
        ("ALTER TABLE monitoring_topic", 1),
        ("UPDATE monitoring_mention", 1),
        ("UPDATE monitoring_mention", 2),
        ("ALTER TABLE monitoring_mention DROP", 1),
        ("ALTER TABLE monitoring_mention ADD", 2),
        ("ALTER TABLE monitoring_mention VALIDATE", 1),
        ("ALTER TABLE monitoring_mention VALIDATE", 2),
        ("ALTER TABLE alerts_rule", 1),
    ],
)
def test_killed_upgrade_completes_when_run_again(old_database, monkeypatch, pattern, occurrence):
    monkeypatch.setattr(keywords_migration, "BATCH", 3)
    expected = expected_rows()["monitoring_mention"]
    with pytest.raises(Killed), kill_at(pattern, occurrence):
        rename()
    connection.close()
    rename()
    rows = [{column: row[column] for column in expected[0]} for row in rows_of("monitoring_mention")]
    assert as_set(rows) == as_set(expected)
    assert query(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'monitoring_mention'::regclass AND contype = 'c'"
        " AND convalidated ORDER BY 1"
    ) == [("mention_sentiment_known",), ("mention_status_known",)]
    assert all("No migrations to apply." in output for output in rename())


def test_upgrade_changes_mentions_in_batches_and_rewrites_no_big_table(old_database, monkeypatch):
    monkeypatch.setattr(keywords_migration, "BATCH", 3)
    changed = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.strip().startswith("UPDATE monitoring_mention"):
            changed.append((context["cursor"].rowcount, connection.in_atomic_block))
        return result

    # The covering indexes are built again, next to the former ones (0014_mention_kinds_index, 0028_story_indexes).
    files = file_nodes("monitoring_mention", "monitoring_document")
    with connection.execute_wrapper(watch):
        migrate()
    rows, in_transaction = zip(*changed, strict=True)
    assert len(rows) == 4 and max(rows) <= 3 and sum(rows) > 3  # ten mentions in batches of three ids
    assert not any(in_transaction)
    now = file_nodes("monitoring_mention", "monitoring_document")
    assert sorted(node for _, node in files) == sorted(node for _, node in now)


def test_upgrade_after_the_keywords_reads_no_big_table(old_database):
    """A CHECK, a volatile default or a scan for nulls would read the whole table under an exclusive lock."""
    migrate("monitoring", "0002_keywords")
    query("SELECT set_config('client_min_messages', 'debug1', false)")
    connection.connection.notices = notices = deque()  # of a list, psycopg2 keeps the last 50
    migrate()
    query("SELECT set_config('client_min_messages', 'warning', false)")
    big = ("monitoring_document", "monitoring_documentsource", "monitoring_mention")
    read = [notice for notice in notices if re.search(r"(verifying|rewriting) table", notice)]
    assert any("verifying" in notice for notice in read)  # small tables are read, and it shows here
    assert not [notice for notice in read if any(f'"{table}"' in notice for table in big)]


@pytest.mark.parametrize("missing", ["0005_documents_by_time", "0002_rule_sentiment"])
def test_upgrade_refuses_older_database_and_changes_nothing(old_database, missing):
    query("DELETE FROM django_migrations WHERE name = %s RETURNING 1", missing)
    before = {table: as_set(rows_of(table)) for table in tables()}
    with pytest.raises(CommandError, match="older than 21 November 2026 and was not changed"):
        migrate()
    assert {table: as_set(rows_of(table)) for table in tables()} == before
