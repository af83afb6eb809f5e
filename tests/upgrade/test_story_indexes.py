"""The covering indexes get the story column next to the former ones, and recent mentions are queued for grouping."""

from importlib import import_module

import pytest

from tests.databases import new_database
from tests.upgrade.conftest import migrated_to
from tests.upgrade.database import Killed, kill_at, migrate, query

migration = import_module("monitoring.migrations.0028_story_indexes")
TARGET = ("monitoring", "0028_story_indexes")


@pytest.fixture(scope="module")
def before(dump, django_db_blocker):
    with django_db_blocker.unblock(), migrated_to(dump, "monitoring", "0026_mentions_to_reply") as name:
        yield name


@pytest.fixture
def recent(before, django_db_blocker, monkeypatch):
    """The ids of the documents with mentions, all published today, before items had a story."""
    monkeypatch.setattr(migration, "BATCH", 2)
    with django_db_blocker.unblock(), new_database(template=before):
        query("UPDATE monitoring_document SET published = now() RETURNING id")
        yield sorted(query("SELECT DISTINCT document_id FROM monitoring_mention"))


def indexes():
    return query(
        "SELECT indexrelid::regclass::text, indisvalid, pg_get_indexdef(indexrelid) LIKE '%%story_id)'"
        " FROM pg_index WHERE indrelid = 'monitoring_mention'::regclass"
        " AND indexrelid::regclass::text ~ '^mention_by_(keyword|find)' ORDER BY 1"
    )


@pytest.mark.parametrize(
    ("pattern", "occurrence"),
    [
        ("CREATE INDEX CONCURRENTLY mention_by_keyword", 1),
        ("DROP INDEX CONCURRENTLY", 1),
        ("ALTER INDEX mention_by_find", 1),
        ("INSERT INTO monitoring_storycheck", 2),
    ],
)
def test_killed_upgrade_of_story_indexes_completes_when_run_again(recent, pattern, occurrence):
    with pytest.raises(Killed), kill_at(pattern, occurrence):
        migrate(*TARGET)
    migrate(*TARGET)
    assert indexes() == [("mention_by_find", True, True), ("mention_by_keyword", True, True)]
    assert sorted(query("SELECT document_id FROM monitoring_storycheck")) == recent
    assert "No migrations to apply." in migrate(*TARGET)
