"""The App Store: countries, the shapes of its feed, edited reviews, and times when the feed is empty."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.app_store import APP, AppStore
from monitoring.platforms.settings import check, public_settings
from tests.lookalikes.platforms.app_store import AppStoreServer
from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with AppStoreServer() as server:
        yield server


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        ("1234567890", "1234567890"),
        ("id1234567890", "1234567890"),
        ("https://apps.apple.com/fr/app/lumen-2/id1234567890", "1234567890"),
        ("https://apps.apple.com/app/id1234567890?platform=ipad#reviews", "1234567890"),
        ("https://itunes.apple.com/us/app/lumen/id1234567890?mt=8", "1234567890"),
    ],
)
def test_number_of_the_app_is_taken_out_of_its_url(entered, stored):
    assert check((APP,), {"app": entered}).values == {"app": stored}


@pytest.mark.parametrize("entered", ["Lumen", "https://play.google.com/store/apps/details?id=com.lumen", "id12"])
def test_other_texts_are_malformed(entered):
    assert check((APP,), {"app": entered}).problems == {"app": "malformed"}


def test_countries_are_codes():
    settings = public_settings(AppStore())
    assert not check(settings, {"app": "1234567890", "countries": "FR, be,ch"}).problems
    assert check(settings, {"app": "1234567890", "countries": "France"}).problems == {"countries": "malformed"}
    assert check(settings, {"app": "1234567890", "countries": "fr,uk"}).problems == {"countries": "unknown_country"}


@pytest.mark.parametrize("status", [400, 404])
def test_rejected_country_does_not_stop_the_others(server, status):
    server.posts = make_posts(2)
    real = server.respond
    server.respond = lambda request: Reply("", status=status) if "/xk/" in request.path else real(request)
    polls = Polls(server)
    polls.source = replace(polls.source, settings={"app": "1234567890", "countries": "fr, xk, be"})
    first = polls.poll(requests=2)
    assert first.error.code in ("query_rejected", "not_found")
    server.now = NOW + timedelta(hours=1)
    polls.poll(requests=2)
    assert {request.path.split("/")[1] for request in server.requests} == {"fr", "xk", "be"}
    server.requests.clear()
    for hour in range(2, 8):
        server.now = NOW + timedelta(hours=hour)
        polls.poll(requests=1)
    assert {request.path.split("/")[1] for request in server.requests} == {"fr", "xk", "be"}


def test_each_country_is_read_and_is_that_of_its_reviews(server):
    server.posts = make_posts(2)
    real = server._review
    server._review = lambda post, country: real(post, country) | {"id": {"label": f"{country}-{post.number}"}}
    polls = Polls(server)
    polls.source = replace(polls.source, settings={"app": "1234567890", "countries": "FR, be, fr"})
    polls.poll_until_done()
    assert sorted(request.path.split("/")[1] for request in server.requests) == ["be", "fr"]
    assert {entry.country for entry in polls.entries.values()} == {"BE", "FR"}


def test_single_review_is_an_object(server):
    server.posts = make_posts(1)
    real = server.respond

    def without_the_app(request):
        reply = real(request)
        reply.body["feed"]["entry"] = reply.body["feed"]["entry"][-1]
        return reply

    server.respond = without_the_app
    polls = Polls(server)
    polls.poll_until_done()
    assert list(polls.entries) == [server.native_id(server.posts[0])]


def test_review_has_its_version_in_its_text(server):
    server.posts = make_posts(1)
    polls = Polls(server)
    polls.poll_until_done()
    assert "v3.4.1" in clean(next(iter(polls.entries.values()))).text


def test_review_without_a_time_is_kept(server):
    server.posts = make_posts(2)
    real = server._review
    server._review = lambda post, country: {**real(post, country), "updated": None, "im:voteSum": None}
    polls = Polls(server)
    polls.poll_until_done()
    assert [(entry.published, entry.likes) for entry in polls.entries.values()] == [(None, None)] * 2


def test_reviews_of_a_time_when_the_feed_was_empty_are_found_afterwards(server):
    posts = make_posts(4, every=timedelta(days=2))
    polls = Polls(server)
    polls.poll_until_done()
    server.posts = posts
    server.now += timedelta(hours=1)
    polls.poll_until_done()
    assert len(polls.entries) == 4


def test_edited_review_is_the_same_item_with_a_later_time(server):
    server.posts = make_posts(3)
    polls = Polls(server)
    polls.poll_until_done()
    server.now = NOW + timedelta(days=30)
    server.change(1, text="Lumen plante", published=server.now - timedelta(hours=1))
    polls.poll_until_done()
    entry = polls.entries[server.native_id(server.posts[0])]
    assert (len(polls.entries), entry.body) == (3, "Lumen plante")
    assert entry.published > datetime(2026, 12, 1, tzinfo=UTC)


def test_reading_stops_at_the_last_page_of_the_feed(server):
    server.posts = make_posts(120, every=timedelta(minutes=1))
    Polls(server).poll_until_done()
    assert [request.path.split("/")[4] for request in server.requests] == ["page=1", "page=2", "page=3"]
