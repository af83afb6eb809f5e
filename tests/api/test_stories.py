"""The API's stories: read by members, changed by managers, unknown to others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Document, Mention, Story
from tests.factories import make_keyword, make_mentions

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
    alone = api("POST", f"/projects/{project.pk}/stories/join", {"document_ids": [third]})
    assert alone.status_code == 422 and alone.json()["errors"][0]["field"] == "document_ids"


@pytest.mark.parametrize("action", ["join", "split"])
def test_api_changes_no_story_for_viewers_and_strangers(project, viewer, stranger, program, mentions, action):
    body = {"document_ids": [one.document_id for one in mentions]}
    assert program(viewer)("POST", f"/projects/{project.pk}/stories/{action}", body).status_code == 403
    assert program(stranger)("POST", f"/projects/{project.pk}/stories/{action}", body).status_code == 404
    assert not Story.objects.filter(is_fixed=True).exists()
