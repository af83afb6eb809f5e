"""Items that a person joined or split stay so, regardless of later reprints."""

import pytest

from accounts.models import ActivityEntry
from monitoring.ingest.store import store
from monitoring.ingest.stories import group_documents
from monitoring.models import Document, Mention, Story
from monitoring.services.stories import join_stories, split_stories
from tests.factories import make_document, make_keyword, make_mention, make_source
from tests.monitoring.ingest.entries import ARTICLE, batch, entry
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def documents(project):
    """Three items of one story."""
    make_keyword(project, query="Lumora")
    for number in range(3):
        publish(project, number)
    group_documents()
    return list(Document.objects.order_by("pk"))


def publish(project, number, text=ARTICLE):
    store([batch(make_source(project), entry(str(number), text, url=f"https://presse.example/{number}-{number}"))])


def story_of(document):
    document.refresh_from_db()
    assert set(Mention.objects.filter(document=document).values_list("story_id", flat=True)) == {document.story_id}
    return document.story_id


def test_split_items_stay_apart_when_reprints_arrive(project, owner, documents):
    first, second, third = documents
    (new,) = split_stories(project, owner, [third.pk])
    assert story_of(third) == new != story_of(first) == story_of(second)

    publish(project, 9)
    group_documents()
    assert story_of(third) == new != story_of(first) == story_of(second)
    entry = ActivityEntry.objects.get(action="story.split")
    assert (entry.user, entry.detail["documents"], entry.target) == (owner, [third.pk], third.title)


def test_split_of_a_whole_story_changes_nothing(project, owner, documents):
    assert split_stories(project, owner, [one.pk for one in documents]) == []
    assert not Story.objects.filter(is_fixed=True).exists()
    assert not ActivityEntry.objects.filter(action__startswith="story").exists()


def test_joined_items_stay_together_with_their_whole_stories(project, owner, documents):
    keyword = project.keywords.get()
    alone = make_mention(keyword, title="Autre chose", text="Sans rapport").document
    story_id = join_stories(project, owner, [documents[2].pk, alone.pk])
    assert {story_of(one) for one in [*documents, alone]} == {story_id}
    assert Story.objects.get().is_fixed
    assert ActivityEntry.objects.get(action="story.joined").detail["documents"] == [alone.pk]
    assert join_stories(project, owner, [documents[0].pk, alone.pk]) == story_id
    assert ActivityEntry.objects.filter(action="story.joined").count() == 1


def test_split_story_can_be_joined_again_by_hand(project, owner, documents):
    split_stories(project, owner, [documents[2].pk])
    join_stories(project, owner, [documents[0].pk, documents[2].pk])
    assert len({story_of(one) for one in documents}) == 1 and Story.objects.count() == 1


def test_documents_of_other_projects_are_not_touched(project, owner, stranger, documents):
    foreign = make_document(stranger.memberships.get().project)
    assert join_stories(project, owner, [foreign.pk, 10**9]) is None
    assert split_stories(stranger.memberships.get().project, stranger, [documents[0].pk]) == []
    assert len({story_of(one) for one in documents}) == 1


def test_two_people_who_split_and_join_at_once_both_have_their_say(project, owner, documents):
    first, second, third = documents
    results = race(
        lambda: split_stories(project, owner, [third.pk]),
        lambda: join_stories(project, owner, [first.pk, second.pk]),
        group_documents,
    )
    assert not [one for one in results if isinstance(one, Exception)]
    assert story_of(first) == story_of(second) != story_of(third)
