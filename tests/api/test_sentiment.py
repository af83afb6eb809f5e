"""Sentiment over the API: on mentions, corrected, counted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditLine
from monitoring.models import Mention
from tests.factories import make_mention, make_mentions, make_topic


@pytest.fixture
def topic(project):
    return make_topic(project, "Lumen", "lumen")


def entry(answer):
    return answer.json()["mentions"][0]


def test_a_mention_tells_its_sentiment_and_the_probabilities(project, viewer, topic, program):
    mention = make_mention(topic, sentiment="negative", negative=0.75, positive=0.125, judged_by="m")
    waiting = make_mention(topic)
    call = program(viewer)
    told = entry(call.get(f"/projects/{project.pk}/mentions/{mention.pk}"))
    assert (told["sentiment"], told["sentiment_is_corrected"]) == ("negative", False)
    assert told["probabilities"] == {"negative": 0.75, "neutral": 0.125, "positive": 0.125}
    told = entry(call.get(f"/projects/{project.pk}/mentions/{waiting.pk}"))
    assert (told["sentiment"], told["sentiment_is_corrected"], told["probabilities"]) == (None, False, None)


def test_mentions_are_filtered_by_sentiment(project, viewer, topic, program):
    for label in ("negative", "unsure", "positive", ""):
        make_mention(topic, sentiment=label)
    call, path = program(viewer), f"/projects/{project.pk}/mentions"
    items = call.get(path, sentiment=["negative", "unsure"]).json()["items"]
    assert sorted(item["mentions"][0]["sentiment"] for item in items) == ["negative", "unsure"]
    assert call.get(path, sentiment="angry").json()["errors"][0]["code"] == "unknown"


def test_a_manager_corrects_one_topics_sentiment_and_takes_it_back(project, manager, topic, program):
    judged = {"sentiment": "negative", "negative": 0.75, "positive": 0.125, "judged_by": "m"}
    mention, sibling = make_mentions([topic, make_topic(project)], [judged])
    call, path = program(manager), f"/projects/{project.pk}/mentions/{mention.pk}"
    told = entry(call("PATCH", path, {"sentiment": "positive"}))
    assert (told["sentiment"], told["sentiment_is_corrected"]) == ("positive", True)
    assert told["probabilities"]["negative"] == 0.75
    sibling.refresh_from_db()
    assert (sibling.sentiment, sibling.status) == ("negative", "to_review")
    told = entry(call("PATCH", path, {"sentiment": None}))
    assert (told["sentiment"], told["sentiment_is_corrected"]) == (None, False)
    assert AuditLine.objects.filter(project=project, user=manager, action="mention.sentiment").count() == 2


@pytest.mark.parametrize("label", ["unsure", "angry", ""])
def test_a_label_that_is_none_is_refused(project, manager, topic, program, label):
    mention = make_mention(topic, sentiment="negative")
    answer = program(manager)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"sentiment": label})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sentiment")


def test_a_viewer_cannot_correct(project, viewer, topic, program):
    mention = make_mention(topic, sentiment="negative")
    answer = program(viewer)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"sentiment": "positive"})
    assert answer.status_code == 403
    assert Mention.objects.get().sentiment == "negative"


def test_sentiment_is_counted_by_bucket_and_by_topic(project, viewer, topic, program):
    now = timezone.now()
    halo = make_topic(project, "Halo", "halo")
    for label, days in (("negative", 0), ("negative", 0), ("positive", 1), ("unsure", 1), ("", 1)):
        make_mention(topic, sentiment=label, published=now - timedelta(days=days))
    make_mention(halo, sentiment="positive", published=now)
    answer = program(viewer).get(f"/projects/{project.pk}/sentiment", period="7d", bucket="day").json()
    assert len(answer["starts"]) == len(answer["buckets"]) == 7
    assert answer["buckets"][-1] == {
        "positive": 1,
        "neutral": 0,
        "negative": 2,
        "unsure": 0,
        "pending": 0,
        "net": -33,
    }
    lumen = {"positive": 1, "neutral": 0, "negative": 2, "unsure": 1, "pending": 1, "net": -33}
    assert answer["topics"][0] == {"topic": {"id": topic.pk, "name": "Lumen"}, **lumen}
    assert answer["topics"][1]["net"] == 100
    assert answer["total"] == {"positive": 2, "neutral": 0, "negative": 2, "unsure": 1, "pending": 1, "net": 0}
    assert answer["buckets"][0]["net"] is None
