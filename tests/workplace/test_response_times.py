"""Response times in total, by platform and by person, against a count in Python."""

import re
from datetime import timedelta
from statistics import median

import pytest
from django.utils import timezone

from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention, Triage
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention, make_source
from workplace import response_times
from workplace.response_targets import set_target

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def keyword(project, owner):
    set_target(project, owner, hours=4, week=[[0, 1440]] * 7)
    return make_keyword(project)


def item(keyword, user, hours, replied_after=None, platform="bluesky", **triage):
    """An item found `hours` ago; `replied_after` hours later somebody replied."""
    at = NOW - hours * HOUR
    mention = make_mention(keyword, found_at=at, published=at, platform=platform)
    set_status(keyword.project, user, [mention.pk], "needs_reply" if replied_after is None else "replied")
    if replied_after is not None:
        triage |= {"first_replied_at": at + replied_after * HOUR, "response_s": replied_after * 3600}
    Triage.objects.filter(pk=mention.document_id).update(**triage)
    return mention


def month(project, **selections):
    return MentionFilter(project_id=project.pk, since=NOW - timedelta(days=30), until=NOW + HOUR, **selections)


@pytest.fixture
def items(project, keyword, owner, manager):
    for replied_after in (1, 2, 9):
        item(keyword, manager, 20, replied_after)
    item(keyword, owner, 20, 3, platform="mastodon")
    item(keyword, owner, 5)
    item(keyword, owner, 5, assignee=manager)
    item(keyword, owner, 1, platform="mastodon")
    declined = item(keyword, owner, 20, platform="mastodon")
    set_status(project, owner, [declined.pk], "ignored")
    Triage.objects.filter(pk=declined.document_id).update(reason="spam")
    ignored = item(keyword, owner, 20)
    set_status(project, owner, [ignored.pk], "ignored")
    make_mention(make_keyword(project), Triage.objects.get(pk=declined.document_id).document, status="ignored")


def test_response_times_count_outcomes_and_share(project, items):
    numbers = response_times.total(month(project), NOW)
    assert numbers == response_times.ResponseTimes(
        replied=4, median_s=median([1, 2, 9, 3]) * 3600, within=3, late=1, overdue=2, waiting=1, declined=1
    )
    assert numbers.share == 3 / 6


def test_response_times_by_platform_and_person_add_up(project, items, owner, manager):
    f = month(project)
    platforms = response_times.by_platform(f, NOW)
    assert list(platforms) == ["bluesky", "mastodon"]
    assert (platforms["mastodon"].replied, platforms["mastodon"].declined, platforms["mastodon"].share) == (1, 1, 1)
    people = response_times.by_person(f, NOW)
    assert (people[manager].replied, people[manager].late, people[manager].overdue) == (3, 1, 1)
    assert (people[owner].replied, people[None].overdue, people[None].waiting, people[None].declined) == (1, 1, 1, 1)
    total = response_times.total(f, NOW)
    for name in ("replied", "within", "late", "overdue", "waiting", "declined"):
        for groups in (platforms, people):
            assert sum(getattr(one, name) for one in groups.values()) == getattr(total, name)


def test_response_times_follow_the_filter(project, items):
    assert response_times.total(month(project, platforms=("mastodon",)), NOW).replied == 1
    assert response_times.total(month(project, statuses=("replied",)), NOW).overdue == 0
    early = MentionFilter(project_id=project.pk, since=NOW - timedelta(days=30), until=NOW - timedelta(hours=10))
    assert response_times.total(early, NOW).overdue == 0


def test_response_times_of_two_periods_equal_those_of_each(project, items):
    f = MentionFilter(project_id=project.pk, since=NOW - timedelta(hours=10), until=NOW)
    each = response_times.total(f, NOW), response_times.total(f.previous(), NOW)
    assert response_times.total_and_previous(f, NOW) == each
    assert each[0].overdue and each[1].replied


def test_response_times_without_items_have_no_median_and_no_share(project):
    numbers = response_times.total(month(project), NOW)
    assert (numbers.median_s, numbers.share, numbers.replied) == (None, None, 0)


def test_each_response_time_costs_one_query(project, items, django_assert_num_queries):
    f = month(project, statuses=("replied", "needs_reply", "ignored"))
    assert f.scope  # the ids of the keywords, read once per filter
    with django_assert_num_queries(1):
        response_times.total(f, NOW)
    with django_assert_num_queries(1):
        response_times.by_platform(f, NOW)


def test_every_outcome_has_a_list_of_as_many_items(project, items):
    f = month(project, statuses=tuple(Mention.Status.values))
    total = response_times.total(f, NOW)
    lists = {
        "replied": {"due": "replied"},
        "within": {"due": "met"},
        "late": {"due": "missed"},
        "overdue": {"due": "overdue"},
        "waiting": {"due": "waiting"},
        "declined": {"reasons": ("spam",)},
    }
    for name, selection in lists.items():
        assert f.replace(**selection).document_count == getattr(total, name), name


def test_response_times_by_week_and_reasons(project, items):
    f = month(project)
    assert sum(one.replied for one in response_times.by_week(f, NOW).values()) == 4
    assert all(start.astimezone(f.zone).weekday() == 0 for start in response_times.by_week(f, NOW))
    assert response_times.reasons(f) == {"spam": 1}


def test_page_of_response_times_links_each_number_to_its_list(project, items, viewer, as_person):
    client = as_person(viewer)
    page = client.get(f"/p/{project.pk}/response-times?period=30d").content.decode()
    assert "2 hours" in page
    assert ">50" in page and "due=met" in page and "reason=spam" in page and "marc@example.com" in page
    links = re.findall(r'mentions\?([^"]*)">(\d+)<', page)
    for link in ("due=met", "responder=none", "platform=mastodon"):
        assert any(link in query for query, _count in links)
    for query, count in links:
        found = client.get(f"/p/{project.pk}/mentions?{query.replace('&amp;', '&')}&counts=1").context["count"]
        assert str(found.value) == count, query
    assert (
        "No replies in this period"
        in client.get(f"/p/{project.pk}/response-times?from=2020-01-01&to=2020-01-02").content.decode()
    )


def test_overview_has_the_time_to_first_response(project, items, owner, as_person):
    make_source(project, last_success_at=NOW)
    page = as_person(owner).get(f"/p/{project.pk}/?period=30d").content.decode()
    assert 'id="tile-response"' in page and f"/p/{project.pk}/response-times?period=30d" in page
