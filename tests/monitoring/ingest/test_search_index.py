"""Every kept document becomes searchable, whoever is killed on the way."""

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


def unsearchable(project, number, **fields):
    rows = [{"title": f"Title {number}", "text": "some words", **fields} for number in range(number)]
    documents = make_documents(project, rows)
    Document.objects.filter(project=project).update(search=None)
    return documents


def found(project, q):
    """The documents that the index alone finds."""
    finder = Finder(project.pk, q)
    return set(finder.documents.filter(is_sure=True).values_list("id", flat=True))


def waiting():
    return Document.objects.filter(search=None).count()


def test_what_no_keyword_matches_is_found_soon_after_it_was_stored(project):
    make_keyword(project, query="lumen")
    source = make_source(project)
    entries = [
        Entry(native_id=str(n), url=f"https://s.example/{n}", title=t, body="<p>on the pier</p>")
        for n, t in enumerate(("Lumen", "Tides"))
    ]
    store([Batch(source.pk, project.pk, tuple(entries))])
    assert waiting() == 1
    assert index_documents() == 1
    assert len(found(project, "tides pier")) == 1 and len(found(project, "pier")) == 2
    assert index_documents() == 0


def test_the_newest_come_first_and_the_rest_when_there_is_time(project, monkeypatch):
    monkeypatch.setattr(search_index, "BATCH", 3)
    documents = unsearchable(project, 8)
    assert index_documents(budget_s=0) == 0
    search_index._index_batch()
    assert found(project, "some") == {document.pk for document in documents[-3:]}
    assert index_documents() == 5


def test_a_document_with_too_many_words_is_tried_once_and_still_found(project, monkeypatch):
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


def test_postgres_holds_as_many_words_as_are_given_to_it():
    words = " ".join(f"{number:09}" for number in range(search_index.MAX_BYTES // 10))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT length({search_index.VECTOR.format('%s')})", [words])
        assert cursor.fetchone() == (search_index.MAX_BYTES // 10,)


def test_a_text_without_any_word_is_tried_once(project):
    unsearchable(project, 1, title="—", text="!!! … ¡¿")
    assert index_documents() == 1
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_wait_for_nobody(project, monkeypatch):
    monkeypatch.setattr(search_index, "BATCH", 5)
    unsearchable(project, 40)
    made = race(index_documents, index_documents)
    assert sum(made) + index_documents() == 40
    assert waiting() == 0
