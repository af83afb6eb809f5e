"""Similar mentions: nearest first, each story once, within the project, without what lists leave out."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project
from monitoring.ingest.deletions import blank_documents
from monitoring.insights import nearest, similar
from monitoring.insights.pgvector import Support
from monitoring.insights.similar import State, similar_mentions
from monitoring.models import Document
from tests.factories import make_document, make_keyword, make_mention, make_mentions, make_story
from tests.vectors import near, store_vectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def asked(asked):
    return asked.document


def add(keyword, title, similarity, **fields):
    mention = make_mention(keyword, title=title, **fields)
    store_vectors([(mention.document, near(1, similarity, mention.pk))])
    return mention


def titles(document, **options):
    document.refresh_from_db()
    found = similar_mentions(document, **options)
    assert found.support is Support.READY
    return [one.row.document.title for one in found.items]


def test_nearest_are_listed_first_up_to_the_limit_of_similarity(keyword, asked):
    for title, similarity in (("b", 0.8), ("d", 0.55), ("a", 0.9), ("c", 0.7), ("far", 0.3), ("opposite", -0.9)):
        add(keyword, title, similarity)
    assert titles(asked) == ["a", "b", "c", "d"]
    assert titles(asked, size=2) == ["a", "b"]
    (first, *_) = similar_mentions(asked).items
    assert first.similarity == pytest.approx(0.9, abs=0.002)


def test_mentions_of_every_age_language_and_keyword_are_found_once(project, keyword, asked):
    old = add(keyword, "Ancienne", 0.9, language="fr", published=timezone.now() - timedelta(days=900))
    make_mention(make_keyword(project), old.document)
    assert titles(asked) == ["Ancienne"]
    assert len(similar_mentions(asked).items[0].row.mentions) == 2


def test_rows_of_other_projects_are_not_found(keyword, asked):
    other = make_keyword(Project.objects.create(name="Other"))
    mention = add(other, "Foreign", 0.99)
    assert titles(asked) == [] and titles(mention.document) == []


def test_ignored_mentions_are_left_out_and_unmatched_ones_stay(project, keyword, asked):
    add(keyword, "Ignored", 0.9, status="ignored")
    add(keyword, "Changed", 0.8, unmatched_at=timezone.now())
    assert titles(asked) == ["Changed"]
    make_mention(make_keyword(project), Document.objects.get(title="Ignored"))
    assert titles(asked) == ["Ignored", "Changed"]


def test_documents_without_mentions_are_left_out(project, asked):
    document = make_document(project, title="Unmatched")
    store_vectors([(document, near(1, 0.9))])
    assert titles(asked) == []


def test_own_story_is_left_out_and_others_are_listed_once(keyword, asked):
    own = make_story(keyword, [{"title": "own 1"}])
    Document.objects.filter(pk=asked.pk).update(story=own)
    make_story(
        keyword,
        [
            {"title": f"other {number}", "status": status}
            for number, status in enumerate(["to_review", "to_review", "replied", "ignored"])
        ],
    )
    for place, document in enumerate(Document.objects.exclude(story=None).exclude(pk=asked.pk).order_by("-pk")):
        store_vectors([(document, near(1, 0.7 + place / 20, place))])
    add(keyword, "single", 0.65)
    assert titles(asked) == ["other 0", "single"]
    assert [one.row.others for one in similar_mentions(asked).items] == [2, 0]


def test_more_candidates_are_read_if_the_nearest_are_ignored(keyword, asked, monkeypatch):
    monkeypatch.setattr(similar, "FIRST_CANDIDATES", 4)
    for _ in range(6):
        add(keyword, "Ignored", 0.9, status="ignored")
    add(keyword, "Kept", 0.6)
    assert titles(asked) == ["Kept"]


def test_vectors_of_another_encoder_are_not_compared(keyword, asked):
    mention = make_mention(keyword, title="Former")
    store_vectors([(mention.document, near(1, 0.9))], version="former")
    assert titles(asked) == []


def test_document_without_vector_and_deleted_one_say_so(keyword, asked):
    bare = make_mention(keyword).document
    assert similar_mentions(bare).state is State.NOT_ENCODED
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [asked.pk], "platform", timezone.now())
    asked.refresh_from_db()
    assert similar_mentions(asked).state is State.DELETED


def test_server_without_usable_extension_is_named(asked, monkeypatch):
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    found = similar_mentions(asked)
    assert (found.support, found.items) == (Support.TOO_OLD, ())


def test_large_project_gives_the_same_list(keyword, asked, monkeypatch):
    for number in range(30):
        add(keyword, f"{number:02}", 0.95 - number / 100)
    before = titles(asked)
    monkeypatch.setattr(nearest, "EXACT_VECTORS", 5)
    assert titles(asked) == before and len(before) == 20


def test_number_of_queries_does_not_depend_on_the_number_of_rows(
    keyword, asked, django_assert_num_queries, django_assert_max_num_queries
):
    for number in range(3):
        add(keyword, f"{number}", 0.9 - number / 100)
    with django_assert_max_num_queries(13) as few:
        similar_mentions(asked)
    for number in range(20):
        add(keyword, f"more {number}", 0.8 - number / 100)
    with django_assert_num_queries(len(few)):
        similar_mentions(asked)


def test_mentions_are_those_of_the_similar_documents(keyword, asked):
    made = make_mentions(keyword, 3)
    store_vectors([(one.document, near(1, 0.9, one.pk)) for one in made])
    rows = [one.row for one in similar_mentions(asked).items]
    assert {row.mention.pk for row in rows} == {one.pk for one in made}
