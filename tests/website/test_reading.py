"""Reading websites: what is stored, what is read again, and what follows from an error."""

from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum

from tests.forks import is_killed
from tests.lookalikes.platforms.base import NOW
from tests.lookalikes.website.base import make_visits
from tests.racing import race
from tests.website.factories import make_days, make_website
from website import reading
from website.models import Website, WebsiteBreakdown, WebsiteDay
from website.reading import claim_due, delete_old, read_due

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
YESTERDAY, OLDEST = TODAY - timedelta(days=1), TODAY - timedelta(days=90)


def read(now: datetime = NOW):
    return read_due(lambda: now)


def total(name="sessions"):
    return WebsiteDay.objects.aggregate(total=Sum(name))["total"] or 0


def sums():
    """Return the sum of each dimension."""
    found = WebsiteBreakdown.objects.values_list("dimension").annotate(total=Sum("count"))
    return dict(found.order_by())


def test_first_read_goes_back_ninety_days(server, project):
    server.now = NOW
    server.visits = make_visits(OLDEST - timedelta(days=5), TODAY, per_day=4)
    website = make_website(project, server, next_read_at=NOW)
    read()
    website.refresh_from_db()
    assert (website.read_from, website.read_until) == (OLDEST, YESTERDAY)
    assert WebsiteDay.objects.count() == 90
    held = server.between(OLDEST, YESTERDAY)
    assert total() == len(held)
    assert total("social_sessions") == sum(visit.medium == "social" for visit in held)
    assert total("key_events") == sum(len(visit.events) for visit in held) == sums()["key_event"]
    assert sums()["source"] == sums()["landing_page"] == len(held)
    assert website.error_code == "" and website.last_read_at == NOW and website.claim is None
    assert website.next_read_at.astimezone(website.zone).date() == TODAY + timedelta(days=1)


def test_next_day_reads_the_last_three_days_again(matomo, project):
    matomo.visits = make_visits(OLDEST, TODAY)
    make_website(project, matomo, next_read_at=NOW)
    read()
    late = make_visits(YESTERDAY, YESTERDAY, per_day=30, seed=3)
    matomo.visits += late
    seen = len(matomo.requests)
    assert read() == 0  # nothing is due
    read(NOW + timedelta(days=1))
    assert total() == len(matomo.between(OLDEST, TODAY))
    assert len(WebsiteDay.objects.filter(day=YESTERDAY)) == 1
    asked = {request.form["date"] for request in matomo.requests[seen:] if "date" in request.form}
    assert asked == {f"{TODAY - timedelta(days=2)},{TODAY}"}


def test_reading_again_changes_nothing(server, project):
    server.now = NOW
    server.visits = make_visits(OLDEST, TODAY)
    make_website(project, server, next_read_at=NOW)
    read()
    before = sums(), total(), total("users"), WebsiteBreakdown.objects.count()
    Website.objects.update(read_from=None, read_until=None, next_read_at=NOW)
    read()
    assert (sums(), total(), total("users"), WebsiteBreakdown.objects.count()) == before


def test_time_zone_of_provider_decides_which_day_is_yesterday(matomo, project):
    matomo.zone = "Pacific/Kiritimati"
    website = make_website(project, matomo, next_read_at=NOW, zone_name="Pacific/Kiritimati")
    read()
    website.refresh_from_db()
    assert website.read_until == date(2026, 11, 20)  # 2 a.m. of the 21st there


def test_error_is_stored_and_ends_with_the_next_read(server, project):
    server.now = NOW
    website = make_website(project, server, next_read_at=NOW)
    server.fail(500, times=2)
    assert read() == 1
    website.refresh_from_db()
    assert (website.error_code, website.failures, website.failing_since) == ("server_error", 1, NOW)
    assert website.next_read_at == NOW + timedelta(minutes=15)
    server._failures.clear()
    read(NOW + timedelta(hours=1))
    website.refresh_from_db()
    assert (website.error_code, website.failures, website.failing_since) == ("", 0, None)
    assert website.read_until == YESTERDAY


def test_used_up_quota_waits_an_hour(server, project):
    server.now = NOW
    website = make_website(project, server, next_read_at=NOW)
    server.fail_with(server.rate_limited())
    read()
    website.refresh_from_db()
    assert (website.error_code, website.next_read_at) == ("quota", NOW + timedelta(hours=1))


def test_google_with_little_quota_left_stores_what_it_has_and_waits(google, project):
    google.now, google.tokens_left = NOW, 100
    google.visits = make_visits(OLDEST, TODAY)
    website = make_website(project, google, next_read_at=NOW)
    assert read() == 1
    website.refresh_from_db()
    assert website.error_code == "" and website.read_until == YESTERDAY and website.read_from > OLDEST
    assert website.next_read_at == NOW + timedelta(hours=6)


def test_thresholding_is_stored(google, project):
    google.now, google.threshold = NOW, 2
    google.visits = make_visits(OLDEST, TODAY)
    make_website(project, google, next_read_at=NOW)
    read()
    assert WebsiteDay.objects.filter(is_thresholded=True).count() == 90


def test_unreadable_secret_is_an_error(matomo, project):
    website = make_website(project, matomo, next_read_at=NOW)
    Website.objects.update(sealed="gAAAAABnot-ours")
    read()
    website.refresh_from_db()
    assert website.error_code == "secret_unreadable" and not matomo.requests


def test_website_of_deleted_project_is_not_read(matomo, project):
    make_website(project, matomo, next_read_at=NOW)
    project.deleted_at = NOW
    project.save()
    assert read() == 0


def test_disconnected_website_stores_nothing_more(matomo, project):
    matomo.visits = make_visits(OLDEST, TODAY)
    make_website(project, matomo, next_read_at=NOW)
    website = claim_due(NOW)
    Website.objects.all().delete()
    with pytest.raises(reading.ClaimLost):
        reading._read(website, lambda: NOW)
    assert not WebsiteDay.objects.exists()


def test_late_worker_stores_nothing_once_another_has_the_website(matomo, project):
    matomo.visits = make_visits(OLDEST, TODAY)
    make_website(project, matomo, next_read_at=NOW)
    late = claim_due(NOW)
    assert claim_due(NOW) is None
    assert claim_due(NOW + timedelta(minutes=11)) is not None
    with pytest.raises(reading.ClaimLost):
        reading._read(late, lambda: NOW)
    assert not WebsiteDay.objects.exists()


def test_figures_older_than_two_years_are_deleted(project):
    website = make_website(project)
    make_days(website, TODAY - timedelta(days=750), [1] * 30)
    while delete_old(NOW):
        pass
    assert WebsiteDay.objects.count() == 11


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_a_website_once(matomo, project):
    make_website(project, matomo, next_read_at=NOW)
    claims = race(lambda: claim_due(NOW), lambda: claim_due(NOW))
    assert sorted(claim is None for claim in claims) == [False, True]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_statement_loses_and_doubles_nothing(matomo, project, monkeypatch):
    """Kill a worker before each statement of a read of three days; the next one then completes it."""
    monkeypatch.setattr("website.schedule.HISTORY_DAYS", 3)
    matomo.visits = make_visits(TODAY - timedelta(days=3), TODAY)
    held = matomo.between(TODAY - timedelta(days=3), YESTERDAY)
    kills = 0
    for statement in range(1, 60):
        Website.objects.all().delete()
        make_website(project, matomo, next_read_at=NOW)
        if not is_killed(lambda: read(), statement):
            break
        kills += 1
        for day in WebsiteDay.objects.all():
            rows = WebsiteBreakdown.objects.filter(day=day.day, dimension="source").aggregate(total=Sum("count"))
            assert day.sessions == (rows["total"] or 0)  # a day is stored as a whole
        read(NOW + timedelta(minutes=11))
        assert total() == len(held) == sums()["source"]
        assert WebsiteDay.objects.count() == 3
    assert kills > 15
