"""Items that a person joined or split stay so, regardless of later reprints."""

import pytest

from accounts.models import ActivityEntry
from monitoring.ingest.mutes import hide_batch
from monitoring.ingest.store import store
from monitoring.ingest.stories import group_documents
from monitoring.insights.story_redirects import present_stories
from monitoring.models import Document, Mention, Story, StoryCheck
from monitoring.services.mutes import mute_like
from monitoring.services.stories import StoryChange, join_stories, split_stories, undo_story_change
from tests.factories import make_document, make_keyword, make_mention, make_source, make_story
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
    (new,) = split_stories(project, owner, [third.pk]).story_ids
    assert story_of(third) == new != story_of(first) == story_of(second)

    publish(project, 9)
    group_documents()
    assert story_of(third) == new != story_of(first) == story_of(second)
    entry = ActivityEntry.objects.get(action="story.split")
    assert (entry.user, entry.detail["documents"], entry.target) == (owner, [third.pk], third.title)


def test_split_of_a_whole_story_changes_nothing(project, owner, documents):
    assert split_stories(project, owner, [one.pk for one in documents]) == StoryChange()
    assert not Story.objects.filter(is_fixed=True).exists()
    assert not ActivityEntry.objects.filter(action__startswith="story").exists()


def test_joined_items_stay_together_with_their_whole_stories(project, owner, documents):
    keyword = project.keywords.get()
    alone = make_mention(keyword, title="Autre chose", text="Sans rapport").document
    (story_id,) = join_stories(project, owner, [documents[2].pk, alone.pk]).story_ids
    assert {story_of(one) for one in [*documents, alone]} == {story_id}
    assert Story.objects.get().is_fixed
    assert ActivityEntry.objects.get(action="story.joined").detail["documents"] == [alone.pk]
    assert join_stories(project, owner, [documents[0].pk, alone.pk]) == StoryChange((story_id,))
    assert ActivityEntry.objects.filter(action="story.joined").count() == 1


def test_split_story_can_be_joined_again_by_hand(project, owner, documents):
    split_stories(project, owner, [documents[2].pk])
    join_stories(project, owner, [documents[0].pk, documents[2].pk])
    assert len({story_of(one) for one in documents}) == 1 and Story.objects.count() == 1


def test_edit_of_split_items_does_not_rejoin_them(project, owner, documents):
    first, second, third = documents
    (new,) = split_stories(project, owner, [third.pk]).story_ids
    Document.objects.update(text=ARTICLE + " Mise à jour.")
    StoryCheck.objects.bulk_create(StoryCheck(document=one) for one in documents)
    group_documents()
    assert story_of(third) == new != story_of(first) == story_of(second)


def test_undo_returns_split_items_once(project, owner, documents):
    first, _second, third = documents
    change = split_stories(project, owner, [third.pk])
    undone = undo_story_change(project, owner, change.entry_id)
    assert undone.document_ids == (third.pk,)
    assert story_of(third) == story_of(first) and Story.objects.count() == 1
    assert undo_story_change(project, owner, change.entry_id) == StoryChange()
    assert ActivityEntry.objects.filter(action="mention.undone").count() == 1


def test_undo_takes_joined_stories_apart_again(project, owner, documents):
    keyword = project.keywords.get()
    other = make_story(keyword, 2)
    alone = make_mention(keyword, title="Autre chose", text="Sans rapport").document
    other_items = list(Document.objects.filter(story=other))
    change = join_stories(project, owner, [documents[0].pk, other_items[0].pk, alone.pk])
    assert {story_of(one) for one in [*documents, *other_items, alone]} == set(change.story_ids)
    undo_story_change(project, owner, change.entry_id)
    assert [story_of(one) for one in other_items] == [other.pk] * 2
    assert story_of(alone) is None
    assert len({story_of(one) for one in documents}) == 1


def test_joined_stories_lead_to_the_one_that_took_them_in_until_the_join_is_undone(
    project, owner, stranger, documents
):
    first, second, third = (make_story(project.keywords.get(), 2) for _ in range(3))
    items = [Document.objects.filter(story=one).first().pk for one in (first, second, third)]
    join_stories(project, owner, items[:2], second.pk)
    change = join_stories(project, owner, items[1:], third.pk)
    gone = [first.pk, second.pk]
    assert present_stories(project.pk, [*gone, third.pk, 10**9]) == dict.fromkeys(gone, third.pk)
    assert present_stories(stranger.projects.get().pk, gone) == {}
    undo_story_change(project, owner, change.entry_id)
    assert present_stories(project.pk, gone) == {first.pk: second.pk}


def test_undone_split_leads_to_the_story_that_got_the_items_back(project, owner, documents):
    change = split_stories(project, owner, [documents[2].pk])
    undo_story_change(project, owner, change.entry_id)
    assert present_stories(project.pk, change.story_ids) == {change.story_ids[0]: story_of(documents[0])}


def test_undo_leaves_items_that_were_moved_again(project, owner, manager, documents):
    first, second, third = documents
    change = split_stories(project, owner, [second.pk, third.pk])
    (newest,) = split_stories(project, manager, [third.pk]).story_ids
    undo_story_change(project, owner, change.entry_id)
    assert story_of(first) == story_of(second) != story_of(third) == newest


def test_split_item_leaves_the_mute_of_its_story(project, owner, documents):
    mute = mute_like(project, owner, "story", documents[0])
    while hide_batch(mute.pk):
        pass
    assert set(Mention.objects.values_list("status", flat=True)) == {"ignored"}
    change = split_stories(project, owner, [documents[2].pk])
    assert Mention.objects.get(document=documents[2]).status == "to_review"
    undo_story_change(project, owner, change.entry_id)
    assert Mention.objects.get(document=documents[2]).status == "ignored"


def test_undone_join_gives_the_mute_back(project, owner, documents):
    other = make_story(project.keywords.get(), 2)
    muted = Document.objects.filter(story=other).first()
    mute = mute_like(project, owner, "story", muted)
    change = join_stories(project, owner, [documents[0].pk, muted.pk])
    while hide_batch(mute.pk):
        pass
    assert set(Mention.objects.values_list("status", flat=True)) == {"ignored"}
    undo_story_change(project, owner, change.entry_id)
    mute.refresh_from_db()
    assert mute.value == str(other.pk)
    assert set(Mention.objects.exclude(story=other).values_list("status", flat=True)) == {"to_review"}


def test_documents_of_other_projects_are_not_touched(project, owner, stranger, documents):
    foreign = make_document(stranger.memberships.get().project)
    assert join_stories(project, owner, [foreign.pk, 10**9]) == StoryChange()
    assert split_stories(stranger.memberships.get().project, stranger, [documents[0].pk]) == StoryChange()
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
