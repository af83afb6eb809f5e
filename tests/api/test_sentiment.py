"""Sentiment in the API: on mentions, corrections, counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Mention
from tests.factories import make_keyword, make_mention, make_mentions


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def entry(answer):
    return answer.json()["mentions"][0]


def test_mention_includes_sentiment_and_probabilities(project, viewer, keyword, program):
    mention = make_mention(keyword, sentiment="negative", negative=0.75, positive=0.125, analyzed_by="m")
    waiting = make_mention(keyword)
    call = program(viewer)
    shown = entry(call.get(f"/projects/{project.pk}/mentions/{mention.pk}"))
    assert (shown["sentiment"], shown["sentiment_is_corrected"]) == ("negative", False)
    assert shown["probabilities"] == {"negative": 0.75, "neutral": 0.125, "positive": 0.125}
    shown = entry(call.get(f"/projects/{project.pk}/mentions/{waiting.pk}"))
    assert (shown["sentiment"], shown["sentiment_is_corrected"], shown["probabilities"]) == (None, False, None)


def test_mentions_are_filtered_by_sentiment(project, viewer, keyword, program):
    for label in ("negative", "uncertain", "positive", ""):
        make_mention(keyword, sentiment=label)
    call, path = program(viewer), f"/projects/{project.pk}/mentions"
    items = call.get(path, sentiment=["negative", "uncertain"]).json()["items"]
    assert sorted(item["mentions"][0]["sentiment"] for item in items) == ["negative", "uncertain"]
    assert call.get(path, sentiment="angry").json()["errors"][0]["code"] == "unknown"


def test_manager_corrects_sentiment_of_one_keyword_and_undoes_it(project, manager, keyword, program):
    analyzed = {"sentiment": "negative", "negative": 0.75, "positive": 0.125, "analyzed_by": "m"}
    mention, sibling = make_mentions([keyword, make_keyword(project)], [analyzed])
    call, path = program(manager), f"/projects/{project.pk}/mentions/{mention.pk}"
    shown = entry(call("PATCH", path, {"sentiment": "positive"}))
    assert (shown["sentiment"], shown["sentiment_is_corrected"]) == ("positive", True)
    assert shown["probabilities"]["negative"] == 0.75
    sibling.refresh_from_db()
    assert (sibling.sentiment, sibling.status) == ("negative", "to_review")
    shown = entry(call("PATCH", path, {"sentiment": None}))
    assert (shown["sentiment"], shown["sentiment_is_corrected"]) == (None, False)
    assert ActivityEntry.objects.filter(project=project, user=manager, action="mention.sentiment").count() == 2


@pytest.mark.parametrize("label", ["uncertain", "angry", ""])
def test_correction_rejects_unknown_label(project, manager, keyword, program, label):
    mention = make_mention(keyword, sentiment="negative")
    answer = program(manager)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"sentiment": label})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sentiment")


def test_viewer_cannot_correct_sentiment(project, viewer, keyword, program):
    mention = make_mention(keyword, sentiment="negative")
    answer = program(viewer)("PATCH", f"/projects/{project.pk}/mentions/{mention.pk}", {"sentiment": "positive"})
    assert answer.status_code == 403
    assert Mention.objects.get().sentiment == "negative"


def test_sentiment_counts_by_bucket_and_keyword(project, viewer, keyword, program):
    now = timezone.now()
    halo = make_keyword(project, "Halo", "halo")
    for label, days in (("negative", 0), ("negative", 0), ("positive", 1), ("uncertain", 1), ("", 1)):
        make_mention(keyword, sentiment=label, published=now - timedelta(days=days))
    make_mention(halo, sentiment="positive", published=now)
    answer = program(viewer).get(f"/projects/{project.pk}/sentiment", period="7d", bucket="day").json()
    assert len(answer["starts"]) == len(answer["buckets"]) == 7
    assert answer["buckets"][-1] == {
        "positive": 1,
        "neutral": 0,
        "negative": 2,
        "uncertain": 0,
        "pending": 0,
        "net": None,
    }
    lumen = {"positive": 1, "neutral": 0, "negative": 2, "uncertain": 1, "pending": 1, "net": None}
    assert answer["keywords"][0] == {"keyword": {"id": keyword.pk, "name": "Lumen"}, **lumen}
    assert answer["total"] == {"positive": 2, "neutral": 0, "negative": 2, "uncertain": 1, "pending": 1, "net": None}


def test_net_sentiment_is_null_below_ten_labeled_mentions(project, viewer, keyword, program):
    def net():
        return program(viewer).get(f"/projects/{project.pk}/sentiment").json()["total"]["net"]

    make_mentions(keyword, [{"sentiment": "positive"}] * 9)
    assert net() is None
    make_mention(keyword, sentiment="negative")
    assert net() == 80
