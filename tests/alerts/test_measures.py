"""Rules on measures other than mentions, on several keywords, and on the filter of a list or a saved view."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import Project
from alerts import counting
from alerts.conditions.base import Settings
from alerts.evaluate import evaluate_all
from alerts.measures.registry import MEASURES
from alerts.models import Incident, Rule
from alerts.rules import sentence_of
from monitoring.insights import mentions
from monitoring.models import Author, Document, DocumentSource, EngagementPoint, SourcePeriod, Triage
from tests.alerts.found_mentions import HOUR, NOW, filter_of_rule, history_of, make_found
from tests.factories import make_keyword, make_mentions, make_source, make_story
from workplace.goals.read import count_behind
from workplace.models import Goal, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen", type="brand", created_at=NOW - timedelta(days=60))


@pytest.fixture
def rival(project):
    return make_keyword(project, "Halo", "halo", type="competitor")


def make_rule(keyword, measure, **fields):
    fields = {"condition": "above", "threshold": 0, "minimum": 0, "counts_stories": False, **fields}
    about = fields.pop("about", {"keyword": keyword})
    return Rule.objects.create(project=keyword.project, measure=measure, **about, **fields)


def values(rule):
    """Return the values of the previous and of the current time window, rounded."""
    history = history_of(rule)
    return [round(history.previous.value), round(history.current.value)]


def listed(rule, clause=0):
    return mentions.count(filter_of_rule(rule, clause)).value


def test_registry_has_the_measures_that_rules_offer_with_fitting_conditions():
    assert sorted(MEASURES) == sorted(Rule.Measure.values)
    for measure in MEASURES.values():
        assert set(measure.conditions) <= set(Rule.Condition.values)
        assert measure.label == Rule.Measure(measure.name).label


def test_shares_are_about_analyzed_mentions(keyword):
    make_source(keyword.project, created_at=NOW - timedelta(days=60))
    for sentiment, number in {"negative": 3, "positive": 1, "neutral": 4, "uncertain": 5, "": 6}.items():
        make_found(keyword, number, sentiment=sentiment)
    share = make_rule(keyword, "negative_share", threshold=30)
    net = make_rule(keyword, "net_sentiment", threshold=-20, condition="below")
    assert (values(share)[1], values(net)[1]) == (38, -25)
    assert (listed(share), listed(net)) == (3, 8)
    evaluate_all(NOW)
    assert sorted(Incident.objects.values_list("value", flat=True)) == [-25, 38]
    Rule.objects.update(minimum=9)
    Incident.objects.all().delete()
    evaluate_all(NOW)
    assert not Incident.objects.exists(), "fewer than nine analyzed mentions"


def test_share_of_voice_compares_with_all_brands_and_competitors(keyword, rival, project):
    make_found(keyword, 1)
    make_found(rival, 3)
    make_found(make_keyword(project, "Light", type="topic"), 9)
    assert values(make_rule(keyword, "share_of_voice"))[1] == 25
    assert values(make_rule(keyword, "share_of_voice", counts_stories=True))[1] == 25
    query = {"query": f"keyword={keyword.pk}&keyword={rival.pk}"}
    assert values(make_rule(keyword, "share_of_voice", about=query))[1] == 100


def test_reach_counts_the_followers_of_each_author_once(keyword):
    make_found(keyword, 3, author="Ada", followers=1000)
    make_found(keyword, 1, author="Ben", followers=50)
    make_found(keyword, 1, author="Cleo")
    make_found(keyword, 1, author="Dan", followers=7, ago=2 * HOUR)
    assert values(make_rule(keyword, "reach")) == [7, 1050]
    assert values(make_rule(keyword, "reach", window_s=21600)) == [0, 1057]


def test_authors_and_stories_count_once(keyword):
    make_found(keyword, 4, author="Ada")
    make_story(keyword, [{"found_at": NOW - HOUR / 2, "author": f"Site {n}"} for n in range(3)])
    assert values(make_rule(keyword, "authors"))[1] == 4
    assert values(make_rule(keyword, "stories"))[1] == 5
    assert listed(make_rule(keyword, "stories")) == 5


def test_rating_counts_reviews_with_few_stars(keyword):
    for stars in (1, 2, 2, 3, 5):
        make_found(keyword, 1, rating=stars)
    rule = make_rule(keyword, "rating", parameter=2)
    assert values(rule)[1] == listed(rule) == 3


def test_newcomer_counts_first_mention_by_author_with_many_followers(keyword):
    known, new = [
        Author.objects.create(project=keyword.project, platform="bluesky", key=f"{n:032x}", name=f"Author {n}")
        for n in range(2)
    ]
    make_found(keyword, 1, ago=3 * HOUR, written_by=known, followers=90_000)
    make_found(keyword, 1, written_by=known, followers=90_000)
    make_found(keyword, 2, written_by=new, followers=20_000)
    rule = make_rule(keyword, "newcomer", parameter=10_000)
    assert values(rule)[1] == 1
    assert values(make_rule(keyword, "newcomer", parameter=20_000))[1] == 0


def test_growth_is_the_most_that_one_post_gained(keyword):
    first, second = make_found(keyword, 2, ago=timedelta(days=2), engagement=500)
    points = [(first, 90, 100), (first, 50, 160), (first, 5, 400), (second, 30, 10), (second, 5, 60)]
    EngagementPoint.objects.bulk_create(
        EngagementPoint(document_id=mention.document_id, at=NOW - timedelta(minutes=minutes), engagement=engagement)
        for mention, minutes, engagement in points
    )
    assert values(make_rule(keyword, "growth")) == [0, 300]
    assert filter_of_rule(Rule.objects.get()) is None


def test_overdue_counts_items_that_wait_too_long(keyword):
    waiting = make_found(keyword, 3, status="needs_reply", ago=timedelta(days=9))
    replied, snoozed, late = waiting
    for mention in waiting:
        Triage.objects.create(document=mention.document, project=keyword.project, due_at=NOW - HOUR)
    Triage.objects.filter(document=replied.document_id).update(first_replied_at=NOW)
    Triage.objects.filter(document=snoozed.document_id).update(snoozed_until=NOW + 99_999 * HOUR)
    rule = make_rule(keyword, "overdue")
    assert values(rule)[1] == 1
    assert [row.document for row in mentions.page(filter_of_rule(rule)).rows] == [late.document]


def test_goals_counts_those_that_are_behind_and_have_not_ended(keyword):
    day = NOW.date()
    for status, days in (("behind", 5), ("out_of_reach", 5), ("on_pace", 5), ("behind", -1)):
        ends_on = day + timedelta(days=days)
        Goal.objects.create(
            project=keyword.project,
            name=status,
            metric="mentions",
            target=1,
            time_zone="UTC",
            starts_on=day - timedelta(days=9),
            ends_on=ends_on,
            status=status,
        )
    rule = make_rule(keyword, "goals")
    assert values(rule)[1] == 2
    assert filter_of_rule(rule) is None


@pytest.mark.parametrize(("zone", "behind"), [("Etc/GMT+12", 1), ("UTC", 0), ("Pacific/Kiritimati", 0)])
def test_goals_counts_until_the_last_day_is_over_in_the_zone_of_the_goal(keyword, zone, behind):
    noon = NOW.replace(hour=11)  # still the day before, 12 hours west
    yesterday = noon.date() - timedelta(days=1)
    Goal.objects.create(
        project=keyword.project,
        name="Last day",
        metric="mentions",
        target=1,
        time_zone=zone,
        starts_on=yesterday - timedelta(days=9),
        ends_on=yesterday,
        status="behind",
    )
    assert count_behind([keyword.project_id], noon) == ({keyword.project_id: 1} if behind else {})


def test_silent_counts_sources_without_news_where_some_are_usual(keyword):
    usual, rare = [
        make_source(
            keyword.project,
            created_at=NOW - timedelta(days=90),
            last_success_at=NOW - timedelta(minutes=5),
            last_new_at=NOW - timedelta(days=2),
        )
        for _ in range(2)
    ]
    for source, number in ((usual, 300), (rare, 3)):
        at = NOW - timedelta(days=5)
        document = Document.objects.create(
            project=keyword.project, source=source, address_key=f"{source.pk:032x}", published=at
        )
        DocumentSource.objects.bulk_create(
            DocumentSource(document=document, source=source, native_key=f"{source.pk:016x}{n:016x}", published=at)
            for n in range(number)
        )
    rule = make_rule(keyword, "silent", window_s=86400)
    assert values(rule)[1] == 1
    usual.error_code = "timeout"
    usual.save()
    assert values(rule)[1] == 0, "it can’t be read, which is another message"


def test_rule_on_several_keywords_counts_an_item_once(keyword, rival, project):
    make_mentions([keyword, rival], [{"found_at": NOW - HOUR / 2, "published": NOW - HOUR / 2}] * 3)
    make_found(keyword, 2)
    make_found(make_keyword(project, "Nova"), 9)
    about = {"query": f"keyword={keyword.pk}&keyword={rival.pk}"}
    for counts_stories in (True, False):
        rule = make_rule(keyword, "mentions", about=about, counts_stories=counts_stories)
        assert values(rule)[1] == listed(rule) == 5
    assert values(make_rule(keyword, "mentions", about={}))[1] == 14, "the whole project"
    assert sentence_of(rule).startswith("Alert when Lumen or Halo gets more than 0 mentions in 1 hour")


def test_rule_with_filter_counts_what_its_list_has(keyword, owner):
    make_found(keyword, 2, language="fr", title="Panne du service")
    make_found(keyword, 3, language="en", title="Outage of the service")
    for query, number in (("language=fr", 2), ("q=outage", 3), ("q=outage OR panne&language=en", 3), ("author=x", 0)):
        rule = make_rule(keyword, "mentions", about={"keyword": keyword, "query": query})
        assert values(rule)[1] == listed(rule) == number, query
    evaluate_all(NOW)
    assert {one.value for one in Incident.objects.all()} == {2, 3}


def test_rule_follows_its_view_and_keeps_the_filter_when_the_view_is_deleted(keyword, owner):
    make_found(keyword, 2, language="fr")
    make_found(keyword, 3, language="en")
    view = SavedView.objects.create(project=keyword.project, owner=owner, name="French", query="period=7d&language=fr")
    rule = make_rule(keyword, "mentions", about={"view": view})
    assert values(rule)[1] == 2
    SavedView.objects.update(query="language=en")
    assert values(Rule.objects.get())[1] == 3
    view.refresh_from_db()
    view.delete()
    rule = Rule.objects.get()
    assert (rule.view, rule.query, values(rule)[1]) == (None, "language=en", 3)


def test_rule_whose_keywords_are_all_deleted_is_unknown_and_counts_nothing(keyword, rival, owner):
    rule = make_rule(keyword, "mentions", about={"query": f"keyword={rival.pk}"}, condition="below", threshold=5)
    make_found(keyword, 9)
    rival.delete()
    counted = counting.count_rules([rule], NOW)[rule.pk]
    assert (counted.history.current.value, counted.history.current.is_known) == (0, False)
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_rule_of_another_project_keyword_counts_nothing(keyword):
    foreign = make_keyword(Project.objects.create(name="Other"), "Foreign")
    make_found(foreign, 5)
    assert values(make_rule(keyword, "mentions", about={"query": f"keyword={foreign.pk}"}))[1] == 0


def test_clauses_are_joined_and_incident_shows_the_one_that_was_met(keyword, owner):
    make_found(keyword, 2, sentiment="negative")
    make_found(keyword, 3, sentiment="positive")
    also = [{"measure": "negative_share", "condition": "above", "threshold": 30, "minimum": 3}]
    rule = make_rule(keyword, "mentions", threshold=10, also=also)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    Rule.objects.update(joined_by="or")
    evaluate_all(NOW)
    assert Incident.objects.get().value == 40
    rule.refresh_from_db()
    assert sentence_of(rule) == (
        "Alert when Lumen gets more than 10 mentions in 1 hour, or the share of negative mentions of Lumen is above "
        "30% in 1 hour, with a minimum of 3 analyzed mentions, reprints included"
    )
    Incident.objects.all().delete()
    Rule.objects.update(joined_by="and", threshold=4)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 5


def test_rule_holds_for_several_evaluations_before_it_opens(keyword, owner):
    make_rule(keyword, "mentions", threshold=3, hold=3)
    make_found(keyword, 9)
    for minutes in range(2):
        evaluate_all(NOW + timedelta(minutes=minutes))
    assert not Incident.objects.exists()
    evaluate_all(NOW + timedelta(minutes=2))
    assert Incident.objects.get().opened_at == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("fields", "opened"),
    [({}, 2), ({"cooldown_s": 4 * 3600}, 1), ({"max_per_day": 1}, 1), ({"expires_on": NOW.date() - timedelta(1)}, 0)],
)
def test_limits_of_a_rule_keep_it_from_opening_incidents(keyword, owner, fields, opened):
    make_rule(keyword, "mentions", threshold=3, **fields)
    make_found(keyword, 9)
    evaluate_all(NOW)
    Incident.objects.update(closed_at=NOW)
    evaluate_all(NOW + timedelta(minutes=1))
    assert Incident.objects.count() == opened


def test_source_that_fails_makes_only_rules_about_it_unknown(keyword):
    failing, working = (
        make_source(keyword.project, platform="bluesky"),
        [make_source(keyword.project) for _ in range(20)],
    )
    SourcePeriod.objects.create(source=failing, state="failing", error_code="timeout", started_at=NOW - 2 * HOUR)
    narrow = make_rule(keyword, "mentions", about={"query": f"source={failing.pk}"})
    platform = make_rule(keyword, "mentions", about={"query": "platform=bluesky"})
    other = make_rule(keyword, "mentions", about={"query": f"source={working[0].pk}"})
    counted = counting.count_rules([narrow, platform, other], NOW)
    assert [counted[rule.pk].history.current.is_known for rule in (narrow, platform, other)] == [False, False, True]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", Rule.Measure.values)
def test_every_clause_of_every_measure_is_a_sentence(keyword, name, language):
    measure = MEASURES[name]
    with translation.override(language):
        for condition in measure.conditions:
            for number in (1, 2):
                settings = {"threshold": number, "percent": number, "change": number, "parameter": number}
                rule = Rule(project=keyword.project, keyword=keyword, measure=name, condition=condition, **settings)
                sentence = sentence_of(rule)
                assert sentence.startswith("Alert" if language == "en" else "Alerter"), sentence
                assert "%" not in sentence.replace("1%", "").replace("2%", "").replace("\u00a0%", ""), sentence
                assert "  " not in sentence


def test_old_incident_settings_are_read(keyword):
    old = {"condition": "above", "threshold": 3, "percent": 0, "minimum": 5, "sentiment": "", "window_s": 3600}
    assert Settings.from_json(old) == Settings("above", threshold=3, minimum=5)
