"""Rules on each mention: every one is sent once, a flood in one message."""

from datetime import timedelta

import pytest

from alerts import rules
from alerts.each_mention import send_each
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from delivery.models import Delivery, Destination
from monitoring.models import Author, Mention
from tests.alerts.found_mentions import HOUR, NOW, make_found, messages
from tests.factories import make_keyword, make_story
from tests.racing import race

MINUTE = timedelta(minutes=1)


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def rule(keyword, owner):
    return make_rule(keyword)


def make_rule(keyword, **fields):
    return Rule.objects.create(
        project=keyword.project, keyword=keyword, condition="each", created_at=NOW - HOUR, **fields
    )


def subjects():
    return [message.subject for message in messages()]


def test_mentions_are_told_once_and_grouped_for_five_minutes(rule, keyword):
    make_found(keyword, 5, ago=2 * HOUR)
    make_found(keyword, 1)
    send_each(NOW)
    send_each(NOW)
    assert subjects() == ["Lumen: 1 new mention"]
    make_found(keyword, 300, ago=-MINUTE)
    send_each(NOW + 2 * MINUTE)
    assert len(subjects()) == 1, "within five minutes"
    send_each(NOW + 6 * MINUTE)
    send_each(NOW + 12 * MINUTE)
    assert subjects() == ["Lumen: 1 new mention", "Lumen: 300 new mentions"]
    message = messages().last()
    assert "And 290 more." in message.text
    assert message.text.count("Lumen 2") and "Alert at each mention of Lumen" in message.html
    assert not Incident.objects.exists()


def test_rule_on_each_mention_opens_no_incident(rule, keyword):
    make_found(keyword, 9)
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_negative_mention_is_told_once_it_is_analyzed(keyword, owner):
    make_rule(keyword, sentiment="negative")
    make_found(keyword, 2, ago=MINUTE)
    make_found(keyword, 1, ago=2 * MINUTE, sentiment="negative")
    send_each(NOW)
    assert subjects() == ["Lumen: 1 new mention"]
    Mention.objects.filter(sentiment="").update(sentiment="negative")
    send_each(NOW + 6 * MINUTE)
    assert subjects() == ["Lumen: 1 new mention", "Lumen: 2 new mentions"]


def test_each_tells_low_ratings_and_large_newcomers(keyword, owner):
    author = Author.objects.create(project=keyword.project, platform="bluesky", key="0" * 32, name="Ada")
    make_rule(keyword, measure="rating", parameter=2)
    make_rule(keyword, measure="newcomer", parameter=10_000)
    make_found(keyword, 1, rating=2)
    make_found(keyword, 1, rating=3)
    make_found(keyword, 1, written_by=author, followers=20_000, ago=5 * MINUTE)
    make_found(keyword, 1, written_by=author, followers=20_000, ago=4 * MINUTE)
    send_each(NOW)
    assert subjects() == ["Lumen: 1 new mention"] * 2


def test_each_tells_a_story_once(rule, keyword):
    make_story(keyword, [{"found_at": NOW - MINUTE} for _ in range(4)])
    send_each(NOW)
    assert subjects() == ["Lumen: 1 new mention"]


def test_backlog_ignored_and_paused_are_not_told(rule, keyword, owner):
    make_found(keyword, 1, is_backlog=True)
    make_found(keyword, 1, status="ignored")
    send_each(NOW)
    rules.pause_rule(rule, owner, paused=True)
    make_found(keyword, 1)
    send_each(NOW)
    assert not subjects()
    rules.pause_rule(Rule.objects.get(), owner, paused=False)
    send_each(NOW + MINUTE)
    assert not subjects(), "what was found during the pause is not new"


@pytest.mark.parametrize(("fields", "count"), [({}, 3), ({"max_per_day": 2}, 2), ({"cooldown_s": 3600}, 1)])
def test_limits_keep_messages_few(keyword, owner, fields, count):
    rule = make_rule(keyword, **fields)
    for number in range(3):
        make_found(keyword, 1, ago=MINUTE - number * 10 * MINUTE)
        send_each(NOW + number * 10 * MINUTE)
    assert len(subjects()) == count
    assert Delivery.objects.filter(key__startswith=f"each:{rule.pk}:").count() == count


def test_maximum_per_day_counts_messages_to_channels(keyword, project):
    channel = Destination.objects.create(project=project, name="Room", channel="slack", language="en")
    make_rule(keyword, max_per_day=2).destinations.add(channel)
    for number in range(3):
        make_found(keyword, 1, ago=MINUTE - number * 10 * MINUTE)
        send_each(NOW + number * 10 * MINUTE)
    assert Delivery.objects.filter(destination=channel).count() == 2


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"cooldown_s": 3600, "is_critical": "on"}, 1),
        ({"query": "language=fr"}, 0),
        ({"counts_stories": ""}, 0),
        ({"condition": "above", "threshold": 3}, 0),
    ],
)
def test_edit_loses_no_mention_unless_the_rule_asks_for_others(keyword, owner, as_person, changes, count):
    rule = make_rule(keyword, told_until=NOW - HOUR)
    make_found(keyword, 1, language="fr")
    form = {"about": "keyword", "keyword": keyword.pk, "measure": "mentions", "condition": "each"}
    form |= {"window_s": 3600, "counts_stories": "on", **changes}
    path = f"/p/{keyword.project_id}/rules/{rule.pk}/edit"
    assert as_person(owner).post(path, {name: value for name, value in form.items() if value}).status_code == 302
    send_each(NOW)
    assert len(subjects()) == count


def test_rule_that_had_expired_does_not_look_back(keyword, owner, as_person):
    rule = make_rule(keyword, told_until=NOW - HOUR, expires_on=NOW.date() - timedelta(days=1))
    make_found(keyword, 1)
    form = {"about": "keyword", "keyword": keyword.pk, "measure": "mentions", "condition": "each"}
    form |= {"window_s": 3600, "counts_stories": "on", "expires_on": "2099-12-31"}
    as_person(owner).post(f"/p/{keyword.project_id}/rules/{rule.pk}/edit", form)
    send_each(NOW)
    assert not subjects()


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_tell_a_mention_once(rule, keyword):
    make_found(keyword, 3)
    assert race(*[lambda: send_each(NOW)] * 4) == [None] * 4
    assert subjects() == ["Lumen: 3 new mentions"]
