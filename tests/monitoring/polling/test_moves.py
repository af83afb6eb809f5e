"""Test when a source takes the URL to which it is redirected, and when it goes back to its earlier one."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Source
from monitoring.polling.leases import claim_one
from monitoring.polling.poller import poll_due
from monitoring.polling.save import save_polls
from monitoring.records import CompletedPoll, PollResult
from tests.factories import make_source
from tests.monitoring.conftest import NEWS, poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)

SIGN_IN = {
    "body": b"<!doctype html><html><title>Sign in</title><input type=password></html>",
    "content_type": "text/html",
}
OTHER_FEED = rss({"title": "Promotion", "link": "https://parked.example/1"}, title="Parked")


def poll_over_days(source, polls=4, days=4):
    """Poll a source several times while so many days pass."""
    for _ in range(polls):
        poll_again(source)
        later(source, timedelta(days=days / polls))
    return poll_again(source)


def later(source, passed):
    """Let time pass: move the times that are stored with the source into the past."""
    source.refresh_from_db()
    for name in ("moved_since", "moved_at", "last_success_at", "failing_since"):
        value = getattr(source, name)
        setattr(source, name, value and value - passed)
    source.save()


@pytest.fixture
def moved(feed, web):
    """A source that has moved from /old.xml to /new.xml."""
    web.put("/new.xml", body=NEWS)
    source = feed("/old.xml")
    poll_again(source)
    web.put("/old.xml", status=301, location="/new.xml")
    poll_over_days(source)
    assert source.url == web.url("/new.xml")
    return source


def test_source_takes_url_at_which_its_feed_was_read_over_days(moved, web):
    assert (moved.previous_url, moved.moved_to, moved.moved_count) == (web.url("/old.xml"), "", 0)
    assert timezone.now() - moved.moved_at < timedelta(days=2)
    entry = ActivityEntry.objects.get(action="source.moved")
    assert (entry.user, entry.target) == (None, "Le Phare")
    assert entry.detail == {"url": web.url("/new.xml"), "previous_url": web.url("/old.xml")}


@pytest.mark.parametrize(("polls", "days"), [(1, 10), (20, 2)])
def test_source_keeps_url_until_enough_polls_over_enough_days(feed, web, polls, days):
    web.put("/new.xml", body=NEWS)
    source = feed("/old.xml", status=301, location="/new.xml")
    assert poll_over_days(source, polls, days).url == web.url("/old.xml")


def test_source_keeps_url_when_redirected_to_a_page(feed, web):
    """For instance to a sign-in page after an expired session."""
    source = feed("/feed.xml")
    poll_due()
    web.put("/sign-in", **SIGN_IN)
    web.put("/feed.xml", status=301, location="/sign-in")
    poll_over_days(source, polls=6, days=20)
    assert (source.url, source.moved_to) == (web.url("/feed.xml"), "")
    assert source.error_code == "sign_in_page"
    web.put("/feed.xml", body=NEWS)
    assert poll_again(source).error_code == ""


def test_source_keeps_url_when_a_page_says_that_nothing_has_changed(feed, web):
    """A server that responds 304 to the feed's validators at any URL."""
    source = feed(etag='"1"')
    poll_due()
    web.put("/sign-in", etag='"1"', **SIGN_IN)
    web.put("/feed.xml", status=308, location="/sign-in")
    assert poll_over_days(source).url == web.url("/feed.xml")


def test_unchanged_feed_moves_if_it_was_read_at_the_new_url(feed, web):
    web.put("/new.xml", body=NEWS, etag='"2"')
    source = feed(etag='"1"')
    poll_due()
    web.put("/feed.xml", status=301, location="/new.xml")
    assert poll_over_days(source).url == web.url("/new.xml")
    assert web.requests[-1].headers["if-none-match"] == '"2"'


def test_source_keeps_url_when_redirected_to_another_feed(feed, web):
    """For instance after its domain was sold."""
    source = feed()
    poll_due()
    web.put("/parked.xml", body=OTHER_FEED)
    web.put("/feed.xml", status=301, location="/parked.xml")
    poll_over_days(source)
    assert (source.url, source.moved_to, source.moved_count) == (web.url("/feed.xml"), web.url("/parked.xml"), 0)


def test_source_keeps_url_when_redirect_alternates(feed, web):
    source = feed()
    poll_due()
    for number in range(12):
        web.put(f"/new{number % 2}.xml", body=NEWS)
        web.put("/feed.xml", status=301, location=f"/new{number % 2}.xml")
        poll_again(source)
        later(source, timedelta(days=1))
    assert source.url == web.url("/feed.xml")


@pytest.mark.parametrize("interruption", [{"body": NEWS}, {"status": 301, "location": "/sign-in"}])
def test_poll_without_the_redirect_starts_the_count_again(feed, web, interruption):
    web.put("/new.xml", body=NEWS)
    web.put("/sign-in", **SIGN_IN)
    source = feed()
    poll_due()
    for route in [{"status": 301, "location": "/new.xml"}, interruption] * 4:
        web.put("/feed.xml", **route)
        poll_again(source)
        later(source, timedelta(days=2))
    assert source.url == web.url("/feed.xml")


def test_failure_in_between_does_not_start_the_count_again(feed, web):
    web.put("/new.xml", body=NEWS)
    source = feed("/feed.xml", status=301, location="/new.xml")
    for status in (200, 500, 200, 500, 200):
        web.put("/new.xml", body=NEWS, status=status)
        poll_again(source)
        later(source, timedelta(days=1))
    assert poll_again(source).url == web.url("/new.xml")


@pytest.mark.parametrize(
    "failure", [{"status": 404}, {"status": 410}, SIGN_IN, {"status": 302, "location": "/new.xml"}]
)
def test_moved_source_goes_back_when_its_new_url_fails(moved, web, failure):
    web.put("/new.xml", **failure)
    web.put("/old.xml", body=NEWS)
    poll_again(moved)
    assert (moved.url, moved.previous_url) == (web.url("/old.xml"), web.url("/new.xml"))
    assert (moved.state, moved.error_code) == ("active", "")
    assert ActivityEntry.objects.filter(action="source.moved").count() == 2


def test_moved_source_fails_when_both_urls_do(moved, web):
    web.put("/new.xml", status=404)
    web.put("/old.xml", status=500)
    poll_again(moved)
    assert (moved.url, moved.error_code) == (web.url("/new.xml"), "not_found")


def test_moved_source_does_not_go_back_to_another_feed(moved, web):
    web.put("/new.xml", status=503)
    web.put("/old.xml", body=OTHER_FEED)
    poll_again(moved)
    assert (moved.url, moved.error_code) == (web.url("/new.xml"), "unavailable")


def test_moved_source_keeps_new_url_to_which_the_old_one_still_redirects(moved, web):
    web.put("/new.xml", status=404)
    poll_again(moved)
    assert (moved.url, moved.error_code) == (web.url("/new.xml"), "not_found")


def test_old_url_is_no_longer_tried_after_a_month(moved, web):
    later(moved, timedelta(days=31))
    web.put("/new.xml", status=404)
    web.put("/old.xml", body=NEWS)
    poll_again(moved)
    assert (moved.url, moved.error_code) == (web.url("/new.xml"), "not_found")


def test_redirect_to_url_of_other_source_keeps_url_and_host(project, feed):
    """Leases are limited per host, so the host must stay that of the URL."""
    other = make_source(project, "http://127.0.0.3:1/new.xml", host="127.0.0.3", state=Source.State.PAUSED)
    source = feed("/old.xml")
    since = timezone.now() - timedelta(days=9)
    Source.objects.filter(pk=source.pk).update(moved_to=other.url, moved_count=2, moved_since=since)
    owner = uuid4()
    unchanged = PollResult(permanent_url=other.url, status=304)
    assert save_polls([CompletedPoll(claim_one(owner, source.pk), unchanged)], owner)
    before = source.url, source.host
    source.refresh_from_db()
    assert (source.url, source.host, source.error_code) == (*before, "")
    assert not ActivityEntry.objects.exists()


def test_two_sources_redirected_to_one_url_are_both_polled(feed, web):
    web.put("/new.xml", body=NEWS)
    sources = [feed(f"/old{number}.xml", status=301, location="/new.xml") for number in range(2)]
    for source in sources * 4:
        poll_again(source)
        later(source, timedelta(days=1))
    assert Source.objects.filter(url=web.url("/new.xml")).count() == 1
    assert set(Source.objects.values_list("error_code", flat=True)) == {""}
