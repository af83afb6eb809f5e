"""Setting the triage status of mentions."""

import pytest

from accounts.models import ActivityEntry
from monitoring.services.triage import MentionChange, set_status
from tests.factories import make_keyword, make_mention, make_mentions


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def statuses(*mentions):
    for mention in mentions:
        mention.refresh_from_db()
    return [mention.status for mention in mentions]


def test_set_status_returns_changes_and_logs_activity(project, manager, keyword):
    mention, other = make_mentions(keyword, 2)
    changes = set_status(project, manager, [mention.pk], "needs_reply")
    assert changes == [MentionChange(mention.pk, "to_review", "needs_reply")]
    assert statuses(mention, other) == ["needs_reply", "to_review"]
    line = ActivityEntry.objects.get()
    assert (line.user, line.action, line.target) == (manager, "mention.status", mention.document.title)
    assert line.detail == {"status": "needs_reply", "before": {str(mention.pk): "to_review"}}


def test_set_status_changes_all_mentions_of_document(project, manager, keyword):
    mentions = make_mentions([keyword, make_keyword(project)], 1)
    set_status(project, manager, [mentions[0].pk], "ignored")
    assert statuses(*mentions) == ["ignored", "ignored"]


def test_set_status_with_previous_status_undoes_change(project, manager, keyword):
    answered, new = make_mention(keyword, status="replied"), make_mention(keyword)
    for change in set_status(project, manager, [answered.pk, new.pk], "ignored"):
        set_status(project, manager, [change.mention_id], change.before)
    assert statuses(answered, new) == ["replied", "to_review"]


def test_set_status_without_change_logs_nothing(project, manager, keyword):
    mention = make_mention(keyword, status="replied")
    assert set_status(project, manager, [mention.pk], "replied") == []
    assert not ActivityEntry.objects.exists()


def test_set_status_ignores_mentions_of_other_projects(project, manager, keyword, stranger):
    foreign = make_mention(make_keyword(stranger.projects.get()))
    own = make_mention(keyword)
    changes = set_status(project, manager, [own.pk, foreign.pk, 0], "ignored")
    assert [change.mention_id for change in changes] == [own.pk]
    assert statuses(foreign) == ["to_review"]


def test_set_status_of_many_mentions_takes_few_queries(project, manager, keyword, django_assert_max_num_queries):
    mentions = make_mentions(keyword, 30)
    with django_assert_max_num_queries(5):
        assert len(set_status(project, manager, [mention.pk for mention in mentions], "ignored")) == 30
    assert ActivityEntry.objects.get().target == "30 mentions"
