"""Test that every stored document gets indexed, with several workers and with too many words."""

import pytest
from django.db import connection

from monitoring.ingest import search_index
from monitoring.ingest.records import Batch
from monitoring.ingest.search_index import index_documents
from monitoring.ingest.store import store
from monitoring.matching.scan import Finder
from monitoring.models import Document
from monitoring.records import Entry
from tests.factories import make_document, make_documents, make_keyword, make_source
from tests.racing import race

pytestmark = pytest.mark.django_db


def make_unindexed(project, number, **fields):
    rows = [{"title": f"Title {number}", "text": "some words", **fields} for number in range(number)]
    documents = make_documents(project, rows)
    Document.objects.filter(project=project).update(search=None)
    return documents


def found_by_index(project, q):
    """Return the ids of the documents that the index alone finds."""
    finder = Finder(project.pk, q)
    return set(finder.documents.filter(is_sure=True).values_list("id", flat=True))


def unindexed_count():
    return Document.objects.filter(search=None).count()


def test_unmatched_document_is_indexed_by_task(project):
    make_keyword(project, query="lumen")
    source = make_source(project)
    entries = [
        Entry(native_id=str(n), url=f"https://s.example/{n}", title=t, body="<p>on the pier</p>")
        for n, t in enumerate(("Lumen", "Tides"))
    ]
    store([Batch(source.pk, project.pk, tuple(entries))])
    assert unindexed_count() == 1
    assert index_documents() == 1
    assert len(found_by_index(project, "tides pier")) == 1 and len(found_by_index(project, "pier")) == 2
    assert index_documents() == 0


def test_newest_documents_are_indexed_first(project, monkeypatch):
    monkeypatch.setattr(search_index, "BATCH", 3)
    documents = make_unindexed(project, 8)
    assert index_documents(budget_s=0) == 0
    search_index._index_batch()
    assert found_by_index(project, "some") == {document.pk for document in documents[-3:]}
    assert index_documents() == 5


def test_document_with_too_many_words_is_tried_once_and_found_by_matcher(project, monkeypatch):
    monkeypatch.setattr(search_index, "MAX_BYTES", 2000)
    long = make_document(project, text=" ".join(f"word{number}" for number in range(300)))
    make_documents(project, 3)
    Document.objects.update(search=None)
    assert index_documents() == 3
    assert search_index._index_batch() == (0, 0)
    finder = Finder(project.pk, "word299")
    assert finder.is_exact
    [chunk] = finder.walk(finder.documents)
    assert [number for _, number in chunk.found] == [long.pk]


def test_max_bytes_of_words_fit_in_tsvector():
    words = " ".join(f"{number:09}" for number in range(search_index.MAX_BYTES // 10))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT length({search_index.VECTOR.format('%s')})", [words])
        assert cursor.fetchone() == (search_index.MAX_BYTES // 10,)


def test_document_without_words_is_indexed_once(project):
    make_unindexed(project, 1, title="—", text="!!! … ¡¿")
    assert index_documents() == 1
    assert unindexed_count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_index_different_documents_without_waiting(project, monkeypatch):
    monkeypatch.setattr(search_index, "BATCH", 5)
    make_unindexed(project, 40)
    made = race(index_documents, index_documents)
    assert sum(made) + index_documents() == 40
    assert unindexed_count() == 0
