"""The test of a rule on past data on its form: numbers that equal their lists, mistakes, who may see it."""

import re
from datetime import UTC
from html import unescape

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from alerts.models import Rule
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from tests.alerts.replay.past import make_past
from tests.factories import make_keyword

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_past(project, timezone.now())


@pytest.fixture
def bare(project):
    """A keyword without mentions, for tests that don't look at the past."""
    return make_keyword(project)


def fields(tracked, **changes):
    values = {
        "keyword": tracked.pk,
        "condition": "above",
        "threshold": 10,
        "minimum": 5,
        "window_s": 6 * 3600,
        "cooldown_s": 0,
        "counts_stories": "on",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


@pytest.fixture
def form_test(as_person, english_manager):
    """`form_test(keyword, threshold=3)`: the fragment that the form shows."""

    def post(tracked, **changes):
        address = reverse("rule_replay", args=[tracked.project_id])
        response = as_person(english_manager).post(address, fields(tracked, **changes), headers={"HX-Request": "true"})
        assert response.status_code == 200
        return unescape(response.content.decode())

    return post


def test_form_shows_when_rule_would_have_been_triggered(form_test, keyword):
    shown = form_test(keyword)
    assert "would have been triggered once in the last 90 days" in shown
    assert "days without a parcel from Lumen" in shown
    assert "missed" not in shown
    assert not Rule.objects.exists()


def test_form_warns_of_missed_crisis_and_of_noise(form_test, keyword):
    assert "It would have missed the crisis of" in form_test(keyword, threshold=200)
    assert "Too noisy:" in form_test(keyword, threshold=1)


def test_form_tells_no_data_from_threshold_not_reached(form_test, keyword):
    other = make_keyword(keyword.project, "Halo")
    assert "No matching data" in form_test(other)
    assert "Threshold not reached" in form_test(keyword, threshold=200)


def test_number_of_each_firing_and_day_equals_its_list(form_test, keyword):
    shown = form_test(keyword, threshold=3)
    links = re.findall(r'<a href="(/p/\d+/mentions\?[^"]+by=found[^"]*)">(\d+)</a>', shown)
    assert len(links) > 50
    for url, number in links:
        f = MentionFilter.from_query(keyword.project, QueryDict(url.partition("?")[2]), timezone.now(), UTC)
        assert mentions.count(f).value == int(number), url


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold": ""}, "</b> Enter a number."),
        ({"keyword": 0}, "</b> Select a valid choice"),
        ({"condition": "increase", "percent": 0}, "<b>Percentage</b> Enter a percentage above zero."),
        ({"window_s": 17}, "<b>Time window</b> Select a valid choice"),
        ({"also-1-measure": "negative", "also-1-condition": "above"}, "</b> Enter a number."),
    ],
)
def test_form_with_mistakes_names_them_instead(form_test, bare, changes, words):
    shown = form_test(bare, **changes)
    assert "Complete the rule to test it." in shown
    assert words in shown


def test_page_tests_edited_rule_without_javascript_and_saves_nothing(as_person, english_manager, keyword):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=77)
    address = reverse("rule_edit", args=[keyword.project_id, rule.pk])
    person = as_person(english_manager)
    shown = person.post(address, fields(keyword, threshold=12, test="1")).content.decode()
    assert "would have been triggered once" in shown
    assert 'value="12"' in shown
    rule.refresh_from_db()
    assert rule.threshold == 77


def test_replay_is_for_managers_of_the_project(as_person, viewer, stranger, bare):
    address = reverse("rule_replay", args=[bare.project_id])
    assert as_person(viewer).post(address, fields(bare)).status_code == 403
    assert as_person(stranger).post(address, fields(bare)).status_code == 404


def test_replay_reaches_no_rule_or_keyword_of_another_project(as_person, stranger, bare):
    own = stranger.memberships.get().project
    rule = Rule.objects.create(project=bare.project, keyword=bare, threshold=3)
    address = reverse("rule_replay", args=[own.pk])
    assert as_person(stranger).post(f"{address}?rule={rule.pk}", fields(bare)).status_code == 404
    shown = as_person(stranger).post(address, fields(bare)).content.decode()
    assert "Select a valid choice" in unescape(shown)
