"""The queue of mentions that need a reply, the most urgent first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.insights import urgency
from monitoring.insights.filters import MentionFilter
from monitoring.insights.urgency import queue
from monitoring.models import Triage
from tests.factories import make_keyword, make_mention, make_mentions

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def waiting(keyword, title, due_h=None, snoozed_h=None, **fields):
    fields = {"sentiment": "neutral", "published": NOW - timedelta(hours=2), "status": "needs_reply", **fields}
    mention = make_mention(keyword, title=title, **fields)
    if due_h is not None or snoozed_h is not None:
        Triage.objects.create(
            project=keyword.project,
            document=mention.document,
            due_at=None if due_h is None else NOW + timedelta(hours=due_h),
            snoozed_until=None if snoozed_h is None else NOW + timedelta(hours=snoozed_h),
        )
    return mention


def titles(keyword):
    from monitoring.models import Document

    found = queue(filter_of(keyword), NOW)
    by_id = Document.objects.in_bulk([one.document_id for one in found.waiting])
    return [by_id[one.document_id].title for one in found.waiting]


def filter_of(keyword):
    return MentionFilter(project_id=keyword.project_id, since=NOW - timedelta(days=90), until=NOW)


def test_queue_orders_by_due_time_negativity_reach_engagement_and_age(keyword):
    hours = timedelta(hours=1)
    waiting(keyword, "old", published=NOW - 9 * hours)
    waiting(keyword, "new", published=NOW - hours)
    waiting(keyword, "engaged", engagement=5)
    waiting(keyword, "widely read", followers=900)
    waiting(keyword, "negative", sentiment="negative")
    waiting(keyword, "not analyzed", sentiment="")
    waiting(keyword, "due", due_h=30.2)
    waiting(keyword, "due in the same hour, negative", due_h=30.9, sentiment="negative")
    waiting(keyword, "overdue", due_h=-1.3)
    waiting(keyword, "long overdue", due_h=-5)
    assert titles(keyword) == [
        "long overdue",
        "overdue",
        "due in the same hour, negative",
        "due",
        "negative",
        "not analyzed",
        "widely read",
        "engaged",
        "old",
        "new",
    ]
    found = queue(filter_of(keyword), NOW)
    assert (found.total, found.overdue) == (10, 2)
    assert found.oldest == NOW - 9 * hours


def test_queue_leaves_out_what_is_snoozed_or_handled(keyword):
    waiting(keyword, "snoozed", snoozed_h=2)
    waiting(keyword, "woken", snoozed_h=-2)
    make_mention(keyword, title="replied", status="replied")
    assert titles(keyword) == ["woken"]


def test_item_of_two_keywords_waits_once_with_its_most_negative_label(keyword, project):
    mention = waiting(keyword, "both", sentiment="positive")
    make_mention(make_keyword(project), mention.document, status="needs_reply", sentiment="negative")
    waiting(keyword, "other")
    assert titles(keyword) == ["both", "other"]


def test_queue_counts_all_where_its_newest_items_have_two_mentions_each(keyword, project, monkeypatch):
    monkeypatch.setattr(urgency, "MAX_CANDIDATES", 3)
    other = make_keyword(project)
    for number in range(5):
        mention = waiting(keyword, f"item {number}")
        make_mention(other, mention.document, status="needs_reply", published=mention.published)
    found = queue(filter_of(keyword), NOW + timedelta(days=1))
    assert found.total == 5


def test_queue_of_more_than_its_candidates_counts_all(keyword, monkeypatch):
    monkeypatch.setattr(urgency, "MAX_CANDIDATES", 3)
    made = make_mentions(
        keyword, [{"status": "needs_reply", "published": NOW - timedelta(hours=number)} for number in range(1, 11)]
    )
    for mention in made[4:6]:
        Triage.objects.create(project=keyword.project, document=mention.document, due_at=NOW - timedelta(hours=1))
    found = queue(filter_of(keyword), NOW + timedelta(seconds=1))
    assert (found.total, found.overdue) == (10, 2)
    assert len(found.waiting) < 10
    assert [one.document_id for one in found.waiting[:2]] == [made[5].document_id, made[4].document_id]
    assert found.oldest == made[9].published
