"""Documents with mentions are grouped into stories: from any source, in any order, by several workers."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from monitoring.ingest import stories
from monitoring.ingest.backfill import backfill_all, start_backfill
from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.store import store
from monitoring.ingest.stories import delete_old_signatures, group_documents
from monitoring.insights.story_redirects import present_stories
from monitoring.models import Document, Mention, Story, StoryCheck, StorySignature
from tests.factories import make_keyword, make_source
from tests.monitoring.ingest.entries import ARTICLE, NOON, batch, entry
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
REPRINT = f"LYON (AFP) - {ARTICLE} Lire la suite sur notre site"
OTHER_SHOP = ARTICLE.replace("Lyon", "Lille").replace("République", "Liberté").replace("douze", "quatorze")


@pytest.fixture
def others(project):
    return [make_source(project) for _ in range(3)]


def publish(source, number, text=ARTICLE, **fields):
    url = f"https://presse{source.pk}.example/{number}"
    return store([batch(source, entry(str(number), text, url=url, **fields))])


def stories_of():
    """Return the urls of the items by story, and check the copies on mentions."""
    assert not StoryCheck.objects.exists()
    assert all(mention.story_id == mention.document.story_id for mention in Mention.objects.select_related("document"))
    found = {}
    for document in Document.objects.exclude(story=None).order_by("pk"):
        found.setdefault(document.story_id, []).append(document.url)
    return found


def test_reprint_joins_story_and_other_shop_does_not(source, others):
    publish(source, 1, title="Lumora ouvre une boutique")
    publish(others[0], 2, REPRINT, title="Lyon : une nouvelle boutique Lumora")
    publish(others[1], 3, OTHER_SHOP, title="Lumora ouvre une boutique à Lille")
    assert group_documents() is False
    (items,) = stories_of().values()
    assert len(items) == 2 and StorySignature.objects.count() == 3

    publish(others[2], 4, REPRINT)
    group_documents()
    (items,) = stories_of().values()
    assert len(items) == 3


def test_story_that_a_new_item_connects_with_another_leads_to_it(source, others):
    publish(source, 1)
    publish(others[0], 2)
    group_documents()
    publish(source, 3, OTHER_SHOP)
    publish(others[0], 4, OTHER_SHOP)
    group_documents()
    first, second = sorted(stories_of())
    Document.objects.filter(story_id=second).update(text=ARTICLE)
    StoryCheck.objects.bulk_create(StoryCheck(document=one) for one in Document.objects.filter(story_id=second))
    group_documents()
    [story_id] = stories_of()
    gone = second if story_id == first else first
    assert present_stories(source.project_id, [gone]) == {gone: story_id}


def test_documents_of_other_projects_and_without_mentions_are_in_no_story(source, others, stranger):
    foreign = make_source(stranger.memberships.get().project)
    make_keyword(foreign.project, query="Lumora")
    publish(source, 1)
    publish(foreign, 2)
    unmatched = "Un texte sans le mot suivi, bien assez long pour avoir une signature et des voisins."
    publish(others[0], 3, unmatched, title="Rien")
    publish(others[1], 4, unmatched, title="Rien")
    group_documents()
    assert stories_of() == {} and StorySignature.objects.count() == 2


def test_items_published_more_than_a_month_apart_are_in_no_story(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT, published=NOON - timedelta(days=31))
    group_documents()
    assert stories_of() == {}


def test_new_mention_of_grouped_document_gets_its_story(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT)
    group_documents()
    keyword = make_keyword(source.project, query="lampes")
    start_backfill(keyword)
    keyword.save()
    backfill_all()
    group_documents()
    assert Mention.objects.exclude(story=None).count() == 4 and len(stories_of()) == 1


def test_edited_document_leaves_its_story(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT)
    publish(others[1], 3, REPRINT)
    group_documents()
    publish(others[0], 2, "Lumora renonce à sa boutique : " + OTHER_SHOP)
    group_documents()
    (items,) = stories_of().values()
    assert len(items) == 2


def test_person_fixed_story_keeps_edited_document(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT)
    group_documents()
    Story.objects.update(is_fixed=True)
    publish(others[0], 2, "Lumora renonce à sa boutique : " + OTHER_SHOP)
    group_documents()
    (items,) = stories_of().values()
    assert len(items) == 2


def test_blanked_document_keeps_story_without_signature(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT)
    group_documents()
    document = Document.objects.earliest("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [document.pk], "platform", timezone.now())
    publish(others[1], 3, REPRINT)
    group_documents()
    (items,) = stories_of().values()
    assert len(items) == 3 and not StorySignature.objects.filter(document=document).exists()


def test_documents_stored_and_grouped_by_two_workers_are_one_story(source, others, monkeypatch):
    monkeypatch.setattr(stories, "BATCH", 2)
    for one in [source, *others, *(make_source(source.project) for _ in range(8))]:
        publish(one, 1, REPRINT)
    assert not [error for error in race(*[group_documents] * 3) if isinstance(error, Exception)]
    group_documents()
    (items,) = stories_of().values()
    assert len(items) == 12


def test_failed_batch_changes_nothing_and_is_repeated(source, others, monkeypatch):
    publish(source, 1)
    publish(others[0], 2, REPRINT)

    def fail(*_arguments):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(stories, "apply_changes", fail)
        with pytest.raises(RuntimeError):
            group_documents()
    assert not StorySignature.objects.exists() and StoryCheck.objects.count() == 2
    group_documents()
    assert len(stories_of()) == 1


def test_old_signatures_and_empty_stories_are_deleted(source, others):
    publish(source, 1)
    publish(others[0], 2, REPRINT)
    group_documents()
    Story.objects.create(project=source.project, created_at=timezone.now() - timedelta(days=2))
    delete_old_signatures(timezone.now())
    assert (StorySignature.objects.count(), Story.objects.count()) == (2, 1)
    delete_old_signatures(timezone.now() + timedelta(days=31))
    assert (StorySignature.objects.count(), Story.objects.count()) == (0, 1)
