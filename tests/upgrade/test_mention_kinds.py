"""Mentions stored before they had a kind, rating and country get those of their documents, and the index has them."""

from importlib import import_module

import pytest
from django.db import IntegrityError

from tests.databases import new_database
from tests.upgrade.conftest import migrated_to
from tests.upgrade.database import Killed, kill_at, migrate, query

migration = import_module("monitoring.migrations.0014_mention_kinds_index")
TARGET = ("monitoring", "0014_mention_kinds_index")


@pytest.fixture(scope="module")
def before(dump, django_db_blocker):
    with django_db_blocker.unblock(), migrated_to(dump, "monitoring", "0012_secret_urls") as name:
        yield name


@pytest.fixture
def reviews(before, django_db_blocker, monkeypatch):
    """The ids of three documents that a version before mentions had these columns has stored as reviews."""
    monkeypatch.setattr(migration, "BATCH", 2)
    with django_db_blocker.unblock(), new_database(template=before):
        yield [
            document_id
            for (document_id,) in query(
                "UPDATE monitoring_document SET kind = 'review', rating = 1.5, country = 'FR', fetched_at = now()"
                " WHERE id IN (SELECT DISTINCT document_id FROM monitoring_mention ORDER BY 1 LIMIT 3) RETURNING id"
            )
        ]


def values(document_ids):
    return set(
        query("SELECT kind, rating, country FROM monitoring_mention WHERE document_id = ANY(%s)", [*document_ids])
    )


def indexes():
    return query(
        "SELECT indexrelid::regclass::text, indisvalid, pg_get_indexdef(indexrelid) LIKE '%%rating, country%%'"
        " FROM pg_index WHERE indrelid = 'monitoring_mention'::regclass"
        " AND indexrelid::regclass::text LIKE 'mention_by_keyword%%'"
    )


def test_upgrade_copies_the_documents_values_to_mentions(reviews):
    migrate(*TARGET)
    assert values(reviews) == {("review", 2, "FR")}
    others = query("SELECT id FROM monitoring_document WHERE id <> ALL(%s)", reviews)
    assert values(document_id for (document_id,) in others) == {("", None, "")}
    assert indexes() == [("mention_by_keyword", True, True)]


@pytest.mark.parametrize(
    ("pattern", "occurrence"),
    [
        ("WITH changed", 2),
        ("CREATE INDEX CONCURRENTLY mention_by_keyword", 1),
        ("DROP INDEX CONCURRENTLY", 1),
        ("ALTER INDEX mention_by_keyword", 1),
    ],
)
def test_killed_upgrade_of_mentions_completes_when_run_again(reviews, pattern, occurrence):
    with pytest.raises(Killed), kill_at(pattern, occurrence):
        migrate(*TARGET)
    migrate(*TARGET)
    assert values(reviews) == {("review", 2, "FR")}
    assert indexes() == [("mention_by_keyword", True, True)]
    assert "No migrations to apply." in migrate(*TARGET)


def test_upgrade_replaces_an_invalid_index(reviews):
    migrate("monitoring", "0013_mention_kinds")
    with pytest.raises(IntegrityError):  # the index stays, as that of a killed process
        query("CREATE UNIQUE INDEX CONCURRENTLY mention_by_keyword_new ON monitoring_mention (keyword_id, country)")
    assert ("mention_by_keyword_new", False, False) in indexes()
    migrate(*TARGET)
    assert indexes() == [("mention_by_keyword", True, True)]
