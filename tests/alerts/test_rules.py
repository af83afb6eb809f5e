"""A rule that is broken opens one incident, mails it once when it begins and once when it is over."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import ActivityEntry, Membership
from alerts import evaluate, incidents, rules
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from alerts.rules import sentence_of
from delivery.models import Delivery
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from tests.factories import make_keyword, make_mentions, make_source

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def rule(keyword):
    """More than 3 mentions in 1 hour."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)


def find(keyword, count, ago=timedelta(minutes=10), **fields):
    """Mentions found, and published, so long ago."""
    at = NOW - ago
    return make_mentions(
        keyword, [{"title": f"Lumen {n}", "found_at": at, "published": at, **fields} for n in range(count)]
    )


def mails(event=""):
    return Delivery.objects.filter(key__contains=f":{event}").order_by("created_at", "recipient")


def test_more_than_the_number_opens_an_incident_and_mails_managers_and_admins(rule, keyword, owner, manager, viewer):
    find(keyword, 4)
    evaluate_all(NOW)
    incident = Incident.objects.get()
    assert (incident.value, incident.baseline, incident.peak, incident.opened_at) == (4, 0, 4, NOW)
    assert sorted(mail.recipient for mail in mails("opened")) == [owner.email, manager.email]
    rule.refresh_from_db()
    assert rule.evaluated_at == NOW


def test_the_number_itself_is_not_more_than_the_number(rule, keyword):
    find(keyword, 3)
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_mentions_outside_the_window_do_not_count(rule, keyword):
    find(keyword, 2)
    find(keyword, 5, ago=HOUR + timedelta(seconds=1))
    find(keyword, 1, ago=HOUR)
    find(keyword, 5, ago=timedelta(seconds=-1))
    assert evaluate.count_windows([rule], NOW) == {rule.pk: [5, 3]}
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_a_story_that_a_feed_delivers_late_counts_when_it_is_found(keyword, owner):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, window_s=Rule.Window.MIN_15)
    find(keyword, 4, ago=timedelta(minutes=1), published=NOW - 2 * HOUR)
    find(keyword, 4, ago=HOUR, published=NOW - timedelta(minutes=1))
    evaluate_all(NOW)
    assert Incident.objects.get(rule=rule).value == 4
    assert mails("opened").count() == 1


def test_the_number_of_a_rule_is_the_length_of_the_list_it_leads_to(rule, keyword):
    find(keyword, 2, published=NOW - 9 * HOUR)
    find(keyword, 1, ago=2 * HOUR, published=NOW - timedelta(minutes=5))
    find(keyword, 3, is_backlog=True)
    find(keyword, 3, status="ignored")
    query = QueryDict(rules.filter_of_window(rule, NOW, UTC).to_query())
    shown = mentions.count(MentionFilter.from_query(keyword.project, query, NOW, UTC)).value
    assert shown == evaluate.count_windows([rule], NOW)[rule.pk][-1] == 2


def test_what_was_old_when_found_and_what_is_ignored_never_fires(rule, keyword):
    find(keyword, 9, is_backlog=True)
    find(keyword, 9, status="ignored")
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_an_increase_is_measured_against_the_hour_before(keyword):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, condition="increase", percent=200, minimum=5)
    find(keyword, 3, ago=timedelta(minutes=70))
    find(keyword, 8)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    find(keyword, 1)
    evaluate_all(NOW)
    assert (Incident.objects.get(rule=rule).value, Incident.objects.get().baseline) == (9, 3)


def test_an_incident_lasts_grows_and_closes_with_one_mail_at_each_end(rule, keyword, owner):
    find(keyword, 4)
    evaluate_all(NOW)
    find(keyword, 3)
    evaluate_all(NOW + timedelta(minutes=1))
    evaluate_all(NOW + timedelta(minutes=2))
    assert Incident.objects.get().peak == 7
    evaluate_all(NOW + HOUR)
    evaluate_all(NOW + HOUR + timedelta(minutes=1))
    incident = Incident.objects.get()
    assert incident.closed_at == NOW + HOUR
    assert (mails("opened").count(), mails("closed").count()) == (1, 1)
    opened, closed = mails("opened").get(), mails("closed").get()
    assert closed.headers["In-Reply-To"] == opened.message_id
    assert opened.subject == "Alert · Lumen: 4 mentions in 1 hour"
    assert closed.subject == "Resolved · Lumen: 7 mentions in 1 hour"


def test_a_second_episode_is_a_second_incident(rule, keyword, owner):
    find(keyword, 4)
    evaluate_all(NOW)
    evaluate_all(NOW + HOUR)
    find(keyword, 5, ago=-2 * HOUR)
    evaluate_all(NOW + 2 * HOUR + timedelta(minutes=1))
    assert Incident.objects.count() == 2
    assert mails("opened").count() == 2


def test_the_mail_says_the_rule_and_shows_the_latest_mentions(rule, keyword, owner):
    make_source(keyword.project, error_code="timeout")
    find(keyword, 5)
    evaluate_all(NOW)
    mail = mails("opened").get()
    for body in (mail.text, mail.html):
        assert "Alert when Lumen gets more than 3 mentions in 1 hour" in body
        assert "Lumen 4" in body
        assert f"/p/{keyword.project_id}/incidents/{Incident.objects.get().pk}" in body
        assert "1 source is failing, so the count may be too low." in body


def test_chosen_recipients_are_mailed_while_they_are_members(rule, keyword, owner, viewer):
    rule.recipients.set([viewer])
    find(keyword, 4)
    evaluate_all(NOW)
    assert [mail.recipient for mail in mails("opened")] == [viewer.email]
    Membership.objects.filter(user=viewer).delete()
    evaluate_all(NOW + HOUR)
    assert [mail.recipient for mail in mails("closed")] == [owner.email]


def test_a_paused_rule_or_keyword_opens_nothing(rule, keyword, owner):
    find(keyword, 9)
    rules.pause_rule(rule, owner, paused=True)
    evaluate_all(NOW)
    rules.pause_rule(rule, owner, paused=False)
    keyword.is_paused = True
    keyword.save()
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_pausing_a_rule_closes_its_incident_without_a_mail(rule, keyword, owner):
    find(keyword, 9)
    evaluate_all(NOW)
    rules.pause_rule(rule, owner, paused=True)
    assert Incident.objects.get().closed_at
    assert mails("closed").count() == 0
    assert ActivityEntry.objects.filter(action="rule.paused").count() == 1


def test_an_incident_of_a_paused_keyword_still_ends(rule, keyword, owner):
    find(keyword, 9)
    evaluate_all(NOW)
    keyword.is_paused = True
    keyword.save()
    evaluate_all(NOW + HOUR)
    assert Incident.objects.get().closed_at


def test_an_incident_remembers_the_rule_as_it_was(rule, keyword, owner):
    from alerts.incident_messages import sentence_then

    find(keyword, 9)
    evaluate_all(NOW)
    rule.threshold, rule.window_s = 100, 86400
    rules.save_rule(rule, owner, [])
    assert sentence_then(Incident.objects.get()) == "Alert when Lumen gets more than 3 mentions in 1 hour"


def test_the_first_to_acknowledge_counts(rule, keyword, owner, manager):
    find(keyword, 9)
    evaluate_all(NOW)
    incident = Incident.objects.get()
    assert incidents.acknowledge(incident, manager)
    assert not incidents.acknowledge(incident, owner)
    incident.refresh_from_db()
    assert incident.acknowledged_by == manager
    assert ActivityEntry.objects.filter(action="incident.acknowledged", user=manager).count() == 1


def test_rules_of_a_window_share_one_count(keyword, owner, django_assert_num_queries):
    others = [make_keyword(keyword.project) for _ in range(20)]
    Rule.objects.bulk_create(
        Rule(project=keyword.project, keyword=other, threshold=3, window_s=window_s)
        for other in others
        for window_s in (900, 3600)
    )
    with django_assert_num_queries(5):  # incidents, rules, a count for each of two windows, evaluated_at
        evaluate_all(NOW)


def test_rules_are_counted_off_the_index_of_discoveries_alone(rule):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as captured:
            evaluate.count_windows([rule], NOW)
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using mention_by_find" in plan, plan


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"threshold": 50}, "Alert when Lumen gets more than 50 mentions in 1 hour"),
        ({"threshold": 1, "window_s": 900}, "Alert when Lumen gets more than 1 mention in 15 minutes"),
        (
            {"condition": "increase", "percent": 150, "minimum": 10, "window_s": 86400},
            "Alert when mentions of Lumen rise by 150% or more in 24 hours, with a minimum of 10",
        ),
        (
            {"condition": "increase", "percent": 150, "minimum": 0},
            "Alert when mentions of Lumen rise by 150% or more in 1 hour",
        ),
        (
            {"threshold": 1, "sentiment": "negative"},
            "Alert when Lumen gets more than 1 negative mention in 1 hour",
        ),
        (
            {"threshold": 20, "sentiment": "negative", "with_uncertain": True},
            "Alert when Lumen gets more than 20 negative or uncertain mentions in 1 hour",
        ),
        (
            {"condition": "increase", "percent": 150, "minimum": 10, "sentiment": "positive"},
            "Alert when positive mentions of Lumen rise by 150% or more in 1 hour, with a minimum of 10",
        ),
    ],
)
def test_a_rule_reads_as_one_sentence(keyword, fields, sentence):
    assert sentence_of(Rule(project=keyword.project, keyword=keyword, **fields)) == sentence


@pytest.mark.django_db(transaction=True)
def test_evaluators_at_once_open_and_close_one_incident_and_mail_it_once(rule, keyword, owner):
    def together(now):
        def evaluate():
            ready.wait(10)
            try:
                evaluate_all(now)
            finally:
                connection.close()

        ready = threading.Barrier(4)
        threads = [threading.Thread(target=evaluate) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

    find(keyword, 9)
    together(NOW)
    assert (Incident.objects.count(), mails("opened").count()) == (1, 1)
    together(NOW + HOUR)
    assert (Incident.objects.filter(closed_at=None).count(), mails("closed").count()) == (0, 1)


# --- rules on a sentiment ----------------------------------------------------------------------------------------


@pytest.fixture
def negative_rule(keyword):
    """More than 3 negative mentions in 1 hour."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, sentiment="negative")


def test_a_rule_on_a_sentiment_counts_only_its_mentions(negative_rule, keyword, owner):
    for label in ("positive", "neutral", "uncertain", ""):
        find(keyword, 9, sentiment=label)
    find(keyword, 3, sentiment="negative")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    find(keyword, 1, sentiment="negative")
    evaluate_all(NOW)
    assert Incident.objects.get().value == 4
    mail = mails("opened").get()
    assert mail.subject == "Alert · Lumen: 4 negative mentions in 1 hour"
    assert "Alert when Lumen gets more than 3 negative mentions in 1 hour" in mail.text
    assert mail.text.count("\n* Lumen") == 4, "only what was counted is listed"


def test_what_is_found_now_and_judged_later_counts_as_soon_as_it_is_judged(negative_rule, keyword):
    find(keyword, 4, ago=timedelta(seconds=1))
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    assert evaluate.count_unjudged([negative_rule], NOW) == {negative_rule.pk: 4}
    keyword.mentions.update(sentiment="negative")
    evaluate_all(NOW + timedelta(minutes=1))
    assert Incident.objects.get().value == 4
    assert evaluate.count_unjudged([negative_rule], NOW) == {negative_rule.pk: 0}


def test_unsure_mentions_count_where_the_rule_asks_for_them(negative_rule, keyword):
    find(keyword, 2, sentiment="negative")
    find(keyword, 2, sentiment="uncertain")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    Rule.objects.update(with_uncertain=True)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 4


def test_a_correction_counts_at_once(negative_rule, keyword, owner):
    from monitoring.services.corrections import correct_sentiment

    found = find(keyword, 4, sentiment="negative")
    correct_sentiment(keyword.project, owner, [found[0].pk], "positive")
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_the_number_of_a_rule_on_a_sentiment_is_the_length_of_its_list_too(negative_rule, keyword):
    for label in ("negative", "negative", "uncertain", "positive", ""):
        find(keyword, 1, sentiment=label)
    for with_uncertain, number in ((False, 2), (True, 3)):
        negative_rule.with_uncertain = with_uncertain
        query = QueryDict(rules.filter_of_window(negative_rule, NOW, UTC).to_query())
        shown = mentions.count(MentionFilter.from_query(keyword.project, query, NOW, UTC)).value
        assert shown == evaluate.count_windows([negative_rule], NOW)[negative_rule.pk][-1] == number


def test_rules_of_all_sentiments_share_one_count(keyword, django_assert_num_queries):
    Rule.objects.bulk_create(
        Rule(project=keyword.project, keyword=keyword, threshold=3, sentiment=label)
        for label in ("", "negative", "neutral", "positive")
    )
    with django_assert_num_queries(4):  # incidents, rules, one count, evaluated_at
        evaluate_all(NOW)


def test_an_increase_over_a_time_that_is_not_judged_yet_is_none(negative_rule, keyword):
    """As after an upgrade, and while a transformer works off what piled up: the newest is judged first."""
    Rule.objects.update(condition="increase", percent=100, minimum=5, threshold=None)
    before = find(keyword, 10, ago=timedelta(minutes=90))
    find(keyword, 6, sentiment="negative")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    keyword.mentions.filter(pk__in=[one.pk for one in before]).update(sentiment="neutral")
    evaluate_all(NOW)
    assert Incident.objects.get().value == 6
