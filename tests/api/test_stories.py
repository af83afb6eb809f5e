"""The API's stories: read by members, changed by managers, unknown to others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Document, Mention, Story
from tests.factories import make_keyword, make_mention, make_mentions

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentions(project):
    """Two items of one story, and one of none."""
    now = timezone.now()
    rows = [{"title": f"Item {number}", "published": now - timedelta(hours=5 - number)} for number in range(3)]
    made = make_mentions(make_keyword(project), rows)
    story = Story.objects.create(project=project)
    for one in made[:2]:
        Document.objects.filter(pk=one.document_id).update(story=story)
        Mention.objects.filter(pk=one.pk).update(story=story)
    return made


def test_api_lists_the_most_repeated_stories(project, viewer, program, mentions):
    api = program(viewer)
    body = api.get(f"/projects/{project.pk}/stories").json()
    (story,) = body["items"]
    assert (story["title"], story["items"], story["mention_id"]) == ("Item 0", 2, mentions[0].pk)
    assert sum(story["by_day"]) == 2 and len(story["by_day"]) == len(body["days"])
    listed = api.get(f"/projects/{project.pk}/mentions", story=story["story_id"]).json()["items"]
    assert [one["title"] for one in listed] == ["Item 1", "Item 0"]


def test_api_returns_the_spread_of_a_story(project, viewer, program, mentions):
    story = Story.objects.get()
    make_mention(make_keyword(project, "Second"), mentions[0].document)  # a second mention is no second item
    Document.objects.filter(pk=mentions[0].document_id).update(followers=500, author="Léa")
    api = program(viewer)
    body = api.get(f"/projects/{project.pk}/stories/{story.pk}").json()
    assert (body["items"], body["title"], body["followers"], body["unknown_followers"]) == (2, "Item 0", 500, 1)
    assert body["sites"] == [{"name": "site.example", "items": 2}] and body["authors"] == 1
    assert body["same_texts"] == [mentions[1].document_id] and body["adapted_texts"] == []
    assert api.get(f"/projects/{project.pk}/stories/{story.pk + 9}").status_code == 404


def test_api_folds_mentions_with_number_of_others(project, viewer, program, mentions):
    listed = program(viewer).get(f"/projects/{project.pk}/mentions", stories="fold").json()["items"]
    assert [(one["title"], one["others"]) for one in listed] == [("Item 2", 0), ("Item 0", 1)]
    assert listed[0]["story_id"] is None and listed[1]["story_id"] is not None


def test_api_joins_and_splits_stories(project, manager, program, mentions):
    api = program(manager)
    first, _second, third = (one.document_id for one in mentions)
    joined = api("POST", f"/projects/{project.pk}/stories/join", {"document_ids": [first, third]}).json()
    assert Document.objects.filter(story=joined["story_id"]).count() == 3
    split = api("POST", f"/projects/{project.pk}/stories/split", {"document_ids": [third]}).json()
    assert [Document.objects.get(pk=third).story_id] == split["story_ids"]
    undone = api("POST", f"/projects/{project.pk}/stories/changes/{split['change_id']}/undo", {}).json()
    assert undone["document_ids"] == [third] and undone["story_ids"] == [joined["story_id"]]
    assert Document.objects.filter(story=joined["story_id"]).count() == 3
    gone = {"document_ids": [third], "story_id": split["story_ids"][0]}
    assert api("POST", f"/projects/{project.pk}/stories/join", gone).status_code == 422
    # Its one item returned to the first story, which its old link leads to.
    moved = api.get(f"/projects/{project.pk}/stories/{split['story_ids'][0]}").json()
    assert (moved["story_id"], moved["items"]) == (joined["story_id"], 3)
    api("POST", f"/projects/{project.pk}/stories/split", {"document_ids": [third]})
    back = {"document_ids": [third], "story_id": joined["story_id"]}
    assert api("POST", f"/projects/{project.pk}/stories/join", back).json()["story_id"] == joined["story_id"]
    api("POST", f"/projects/{project.pk}/stories/split", {"document_ids": [third]})
    alone = api("POST", f"/projects/{project.pk}/stories/join", {"document_ids": [third]})
    assert alone.status_code == 422 and alone.json()["errors"][0]["field"] == "document_ids"


@pytest.mark.parametrize("action", ["join", "split"])
def test_api_changes_no_story_for_viewers_and_strangers(project, viewer, stranger, program, mentions, action):
    body = {"document_ids": [one.document_id for one in mentions]}
    assert program(viewer)("POST", f"/projects/{project.pk}/stories/{action}", body).status_code == 403
    assert program(stranger)("POST", f"/projects/{project.pk}/stories/{action}", body).status_code == 404
    assert not Story.objects.filter(is_fixed=True).exists()
