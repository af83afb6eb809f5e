"""Vectors of documents: stored for the text that was encoded, and removed with it."""

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.store import store
from monitoring.models import Document, DocumentVector, vectors
from tests.factories import make_document, make_documents
from tests.monitoring.ingest.entries import ARTICLE, batch, entry
from tests.racing import race, start_until_blocked
from tests.vectors import VERSION, direction, near, store_vectors

pytestmark = pytest.mark.django_db(transaction=True)


def read_one(document, version=VERSION):
    ids, matrix = vectors.read([document.pk], version)
    assert ids.tolist() == [document.pk]
    return matrix[0]


def test_vectors_are_read_as_stored_in_order_of_documents(project):
    documents = make_documents(project, 5)
    pairs = [(document, direction(document.pk)) for document in documents]
    assert store_vectors(reversed(pairs)) == {one.pk for one in documents}
    ids, matrix = vectors.read([one.pk for one in reversed(documents)] + [10**9], VERSION)
    assert ids.tolist() == [one.pk for one in documents]
    assert matrix.dtype == np.float32 and np.array_equal(matrix, [numbers for _document, numbers in pairs])
    assert matrix.flags.writeable and ids.flags.writeable


def test_read_returns_empty_matrix_without_vectors(project):
    for wanted in ([], [make_document(project).pk]):
        ids, matrix = vectors.read(wanted, VERSION)
        assert ids.shape == (0,) and matrix.shape == (0, vectors.DIMENSIONS)


def test_extreme_numbers_survive(project):
    document = make_document(project)
    numbers = np.zeros(vectors.DIMENSIONS, np.float32)
    numbers[:4] = [1e-38, -1.0, np.finfo(np.float32).tiny, 1 / 3]
    store_vectors([(document, numbers)])
    assert np.array_equal(read_one(document), numbers)


def test_vector_of_new_version_replaces_the_old_one(project):
    document = make_document(project)
    store_vectors([(document, direction(1))])
    store_vectors([(document, direction(2))], "test2")
    assert vectors.read([document.pk], VERSION)[0].size == 0
    assert np.array_equal(read_one(document, "test2"), direction(2))


def test_database_refuses_other_dimensions(project):
    document = make_document(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentVector.objects.create(document=document, project=project, version=VERSION, vector=[1.0])


def test_edit_removes_vector_and_refuses_the_one_of_the_earlier_text(source):
    store([batch(source, entry("1"))])
    before = Document.objects.get()
    assert len(store_vectors([(before, direction(1))])) == 1
    store([batch(source, entry("1", ARTICLE + " Elle ouvre lundi."))])
    assert not DocumentVector.objects.exists()
    assert not store_vectors([(before, direction(1))])
    assert len(store_vectors([(Document.objects.get(), direction(2))])) == 1


def test_edit_of_details_keeps_vector(source):
    store([batch(source, entry("1"))])
    store_vectors([(Document.objects.get(), direction(1))])
    store([batch(source, entry("1", likes=5, author="Ana"))])
    assert DocumentVector.objects.count() == 1


def test_deletion_removes_vector_and_refuses_a_late_one(project):
    document, other = make_documents(project, 2)
    store_vectors([(document, direction(1)), (other, direction(2))])
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [document.pk], "platform", timezone.now())
    assert DocumentVector.objects.get().document_id == other.pk
    assert not store_vectors([(document, direction(1))])


def test_vector_of_deleted_document_is_left_out(project):
    document, other = make_documents(project, 2)
    Document.objects.filter(pk=document.pk).delete()
    assert len(store_vectors([(document, direction(1)), (other, direction(2))])) == 1


def test_vector_is_not_stored_while_its_text_is_edited(source):
    store([batch(source, entry("1"))])
    before = Document.objects.get()
    with transaction.atomic():
        store([batch(source, entry("1", ARTICLE + " Elle ouvre lundi."))])
        stored = start_until_blocked(lambda: store_vectors([(before, direction(1))]))
        assert stored.result(timeout=10) == set()
    assert not DocumentVector.objects.exists()


def test_edit_waits_for_vector_that_is_being_stored_and_removes_it(source):
    store([batch(source, entry("1"))])
    before = Document.objects.get()
    with transaction.atomic():
        assert len(store_vectors([(before, direction(1))])) == 1
        edit = start_until_blocked(lambda: store([batch(source, entry("1", ARTICLE + " Elle ouvre lundi."))]))
        assert not edit.done()
    edit.result(timeout=10)
    assert Document.objects.get().edits == 1 and not DocumentVector.objects.exists()


def test_workers_that_store_the_same_documents_do_not_deadlock(project):
    pairs = [(document, near(1, 0.5, place)) for place, document in enumerate(make_documents(project, 200))]
    rounds = 5

    def write(order):
        for _ in range(rounds):
            store_vectors(order)

    results = race(lambda: write(pairs), lambda: write(pairs[::-1]), lambda: write(pairs))
    assert results == [None] * 3 and DocumentVector.objects.count() == 200
