"""Rules on a sentiment count the mentions that have its label."""

from datetime import UTC, timedelta

import pytest
from django.http import QueryDict

from alerts import counting
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from tests.alerts.found_mentions import NOW, counts_of, filter_of_rule, make_found, messages
from tests.factories import make_keyword


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def negative_rule(keyword):
    """More than 3 negative mentions in 1 hour."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, sentiment="negative")


def test_sentiment_rule_counts_only_mentions_with_its_label(negative_rule, keyword, owner):
    for label in ("positive", "neutral", "uncertain", ""):
        make_found(keyword, 9, sentiment=label)
    make_found(keyword, 3, sentiment="negative")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    make_found(keyword, 1, sentiment="negative")
    evaluate_all(NOW)
    assert Incident.objects.get().value == 4
    message = messages("opened").get()
    assert message.subject == "Alert · Lumen: 4 negative mentions in 1 hour"
    assert "Alert when Lumen gets more than 3 negative mentions in 1 hour" in message.text
    assert message.text.count("\n* Lumen") == 4, "the email lists only counted mentions"


def test_sentiment_rule_counts_mention_once_analyzed(negative_rule, keyword):
    make_found(keyword, 4, ago=timedelta(seconds=1))
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    assert counting.count_rules([negative_rule], NOW)[negative_rule.pk].unanalyzed == 4
    keyword.mentions.update(sentiment="negative")
    evaluate_all(NOW + timedelta(minutes=1))
    assert Incident.objects.get().value == 4
    assert counting.count_rules([negative_rule], NOW)[negative_rule.pk].unanalyzed == 0


def test_sentiment_rule_counts_uncertain_mentions_when_selected(negative_rule, keyword):
    make_found(keyword, 2, sentiment="negative")
    make_found(keyword, 2, sentiment="uncertain")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    Rule.objects.update(with_uncertain=True)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 4


def test_sentiment_rule_counts_corrected_label(negative_rule, keyword, owner):
    from monitoring.services.corrections import correct_sentiment

    found = make_found(keyword, 4, sentiment="negative")
    correct_sentiment(keyword.project, owner, [found[0].pk], "positive")
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_sentiment_rule_count_equals_length_of_linked_list(negative_rule, keyword):
    for label in ("negative", "negative", "uncertain", "positive", ""):
        make_found(keyword, 1, sentiment=label)
    for with_uncertain, number in ((False, 2), (True, 3)):
        negative_rule.with_uncertain = with_uncertain
        query = QueryDict(filter_of_rule(negative_rule).to_query())
        shown = mentions.count(MentionFilter.from_query(keyword.project, query, NOW, UTC)).value
        assert shown == counts_of(negative_rule)[-1] == number


def test_evaluate_all_runs_the_same_queries_for_any_number_of_rules(keyword, django_assert_num_queries):
    for threshold in (3, 4, 5):
        Rule.objects.bulk_create(
            Rule(project=keyword.project, keyword=keyword, threshold=threshold, sentiment=label)
            for label in ("", "negative", "neutral", "positive")
        )
        # Incidents, rules, keywords, first polls, two of sources, two counts, evaluated_at.
        with django_assert_num_queries(9):
            evaluate_all(NOW)


def test_increase_does_not_trigger_when_previous_period_is_unanalyzed(negative_rule, keyword):
    """As after an upgrade, or while a slow model has a backlog: the newest mentions are analyzed first."""
    Rule.objects.update(condition="increase", percent=100, minimum=5, threshold=None)
    previous = make_found(keyword, 10, ago=timedelta(minutes=90))
    make_found(keyword, 6, sentiment="negative")
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    keyword.mentions.filter(pk__in=[mention.pk for mention in previous]).update(sentiment="neutral")
    evaluate_all(NOW)
    assert Incident.objects.get().value == 6
