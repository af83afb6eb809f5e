"""The extension and the index for vectors: created where possible and needed, once, and replaced after a kill."""

import pytest
from django.db import OperationalError, connection, transaction

from monitoring.ingest import vector_index
from monitoring.ingest.vector_index import prepare_search
from monitoring.insights import nearest
from monitoring.insights.pgvector import Support, support
from tests.databases import new_database
from tests.factories import make_documents
from tests.racing import start_until_blocked
from tests.vectors import VERSION, direction, near, store_vectors

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(vector_index, "EXACT_VECTORS", 5)
    monkeypatch.setattr(nearest, "EXACT_VECTORS", 5)


@pytest.fixture(autouse=True)
def no_index():
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {nearest.INDEX}")


@pytest.fixture
def documents(project):
    rows = make_documents(project, 12)
    store_vectors([(document, near(1, 0.95 - place / 20, place)) for place, document in enumerate(rows)])
    return rows


def state():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [nearest.INDEX])
        return cursor.fetchone()


def plan(statement, params):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_index_is_built_once_a_project_has_many_vectors(project, documents, stranger):
    assert prepare_search() is True and state() == (True,)
    assert prepare_search() is False


def test_small_projects_need_no_index(project):
    store_vectors([(document, direction(1)) for document in make_documents(project, 5)])
    assert prepare_search() is False and state() is None


def test_search_of_large_project_finds_the_same_with_index(project, documents):
    before = nearest.nearest(project.pk, direction(1), VERSION, 4)
    assert prepare_search()
    after = nearest.nearest(project.pk, direction(1), VERSION, 4)
    assert [one.document_id for one in after] == [one.pk for one in documents[:4]]
    assert [one.document_id for one in before] == [one.document_id for one in after]
    assert [one.similarity for one in after] == pytest.approx([0.95, 0.9, 0.85, 0.8], abs=0.002)
    text = nearest.as_text(direction(1))
    statement = nearest._BY_INDEX.format(where="TRUE")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        try:
            assert f"using {nearest.INDEX}" in plan(statement, [text, project.pk, VERSION, text, 4])
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_sort; RESET enable_bitmapscan")


def test_killed_build_is_replaced(project, documents):
    with transaction.atomic():
        store_vectors([(documents[0], direction(2))])  # the build waits for this transaction
        build = start_until_blocked(prepare_search)
        assert not build.done()
        assert prepare_search() is False, "another session is building"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot(); SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%%'"
            )
        with pytest.raises(OperationalError):
            build.result(timeout=10)
        assert state() == (False,)
    assert prepare_search() is True and state() == (True,)


def test_settings_of_build_end_with_it(project, documents):
    shown = "SELECT current_setting('maintenance_work_mem'), current_setting('max_parallel_maintenance_workers')"
    with connection.cursor() as cursor:
        cursor.execute(shown)
        before = cursor.fetchone()
        assert prepare_search()
        cursor.execute(shown)
        assert cursor.fetchone() == before


def test_database_without_extension_is_left_as_it_is():
    assert support() is Support.READY
    with new_database("template0"):
        if support() is Support.READY:
            pytest.skip("this server has pgvector in template0")
        assert support() is Support.NOT_CREATED
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            is_superuser = cursor.fetchone()[0]
        if not is_superuser:
            assert prepare_search() is False and support() is Support.NOT_CREATED


def test_old_extension_is_not_used(monkeypatch):
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    assert support() is Support.TOO_OLD and prepare_search() is False
