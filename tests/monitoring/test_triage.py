"""What people decide about mentions."""

import pytest

from accounts.models import AuditLine
from monitoring.triage import Change, set_status
from tests.factories import make_mention, make_mentions, make_topic


@pytest.fixture
def topic(project):
    return make_topic(project)


def statuses(*mentions):
    for mention in mentions:
        mention.refresh_from_db()
    return [mention.status for mention in mentions]


def test_it_works(project, manager, topic):
    mention, other = make_mentions(topic, 2)
    changes = set_status(project, manager, [mention.pk], "to_answer")
    assert changes == [Change(mention.pk, "to_review", "to_answer")]
    assert statuses(mention, other) == ["to_answer", "to_review"]
    line = AuditLine.objects.get()
    assert (line.user, line.action, line.target) == (manager, "mention.status", mention.document.title)
    assert line.detail == {"status": "to_answer", "before": {str(mention.pk): "to_review"}}


def test_a_story_is_dealt_with_under_all_its_keywords(project, manager, topic):
    mentions = make_mentions([topic, make_topic(project)], 1)
    set_status(project, manager, [mentions[0].pk], "ignored")
    assert statuses(*mentions) == ["ignored", "ignored"]


def test_setting_what_was_before_undoes_it(project, manager, topic):
    answered, new = make_mention(topic, status="answered"), make_mention(topic)
    for change in set_status(project, manager, [answered.pk, new.pk], "ignored"):
        set_status(project, manager, [change.mention_id], change.before)
    assert statuses(answered, new) == ["answered", "to_review"]


def test_what_is_so_already_changes_nothing_and_leaves_no_line(project, manager, topic):
    mention = make_mention(topic, status="answered")
    assert set_status(project, manager, [mention.pk], "answered") == []
    assert not AuditLine.objects.exists()


def test_mentions_of_other_projects_are_out_of_reach(project, manager, topic, stranger):
    elsewhere = make_mention(make_topic(stranger.projects.get()))
    own = make_mention(topic)
    changes = set_status(project, manager, [own.pk, elsewhere.pk, 0], "ignored")
    assert [change.mention_id for change in changes] == [own.pk]
    assert statuses(elsewhere) == ["to_review"]


def test_a_whole_selection_is_one_line_and_four_queries(project, manager, topic, django_assert_max_num_queries):
    mentions = make_mentions(topic, 30)
    with django_assert_max_num_queries(5):
        assert len(set_status(project, manager, [mention.pk for mention in mentions], "ignored")) == 30
    assert AuditLine.objects.get().target == "30 mentions"
