"""Followers of own accounts as a goal, in its form and on the page of goals."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.projects import create_project
from monitoring.models import Credential
from workplace.goals.changes import create_goal
from workplace.models import FollowerCount, Goal, OwnAccount

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def counted(project, days, **fields):
    """Create an account with a count for each of the last days, the oldest first; None is a gap."""
    account = OwnAccount.objects.create(project=project, platform="mastodon", native_id="s/1", name="@lumen", **fields)
    today = timezone.now().date()
    for offset, followers in enumerate(reversed(days), start=1):
        if followers is not None:
            FollowerCount.objects.create(account=account, day=today - offset * DAY, followers=followers)
    return account


def test_goal_of_followers_is_the_last_count_and_its_gaps_stay(project, owner):
    owner.time_zone = "UTC"
    owner.save()
    account = counted(project, [1_000 + number if number % 9 else None for number in range(80)])
    today = timezone.now().date()
    values = {"name": "Grow", "metric": "followers", "account": account, "target": 1_200}
    values |= {"starts_on": today - 40 * DAY, "ends_on": today + 40 * DAY}
    goal = create_goal(project, owner, timezone.now(), **values)
    assert goal.reading["value"] == 1_079 and goal.baseline == 1_039
    assert goal.reading["forecast"]["middle"] > 1_100
    account.counts.filter(day__gte=today - 20 * DAY).delete()
    goal = create_goal(project, owner, timezone.now(), **values)
    assert [value for _day, value in goal.reading["points"][-2:]] == [None, None]
    assert goal.reading["value"] == 1_059


def goal_form(**changes):
    today = timezone.now().astimezone(ZoneInfo("Europe/Paris")).date()
    values = {"name": "Grow", "metric": "followers", "keyword": "", "account": "", "query": "", "unit": ""}
    values |= {"is_sum": "yes", "direction": "up", "target": "3000", "baseline": "", "owner": ""}
    return values | {"starts_on": today - 9 * DAY, "ends_on": today + 30 * DAY} | changes


def test_form_lists_the_accounts_of_the_project(project, owner, as_person):
    client, url = as_person(owner), reverse("goal_new", args=[project.pk])
    assert "No account has been counted yet." in client.get(url).text
    account = counted(project, [10, 12])
    page = client.get(url).text
    assert "@lumen (Mastodon)" in page and "No account has been counted yet." not in page
    assert "Select an account of this project." in client.post(url, goal_form()).text
    assert client.post(url, goal_form(account=account.pk)).status_code == 302
    assert Goal.objects.get().account == account


def test_page_shows_followers_with_their_change_and_problem(project, owner, viewer, as_person):
    url = reverse("goals", args=[project.pk])
    assert "No account has been counted yet." in as_person(owner).get(url).text
    assert "No account has been counted yet." not in as_person(viewer).get(url).text
    account = counted(project, [2_000 + number for number in range(40)])
    page = as_person(viewer).get(url).text
    assert "2,039" in page and "+28 since" in page and "Not connected any more." in page
    account.credential = Credential.objects.create(project=project, platform="mastodonsearch")
    account.error_code = "credential_rejected"
    account.save()
    assert "The platform rejects the key" in as_person(viewer).get(url).text


@pytest.fixture
def other_account(stranger):
    return counted(create_project(stranger, "Halo"), [5, 6])


def test_goal_of_one_account_only_takes_accounts_of_its_project(project, other_account, owner, as_person):
    response = as_person(owner).post(reverse("goal_new", args=[project.pk]), goal_form(account=other_account.pk))
    assert response.status_code == 200 and not Goal.objects.exists()
