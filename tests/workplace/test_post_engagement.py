"""The counts of published posts are read again, as often as each platform allows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Credential, RequestBudget
from monitoring.polling.own_posts import rhythms
from tests.lookalikes.platforms.base import Reply
from tests.lookalikes.platforms.publishing import PUBLISHING
from tests.workplace.publishing_place import PLATFORMS, Place, row, run
from workplace.models import OutgoingPost
from workplace.tasks import read_post_engagement

DAILY = ("linkedin", "x")
SHARES = {"discourse": None}
LIKES = {"reddit": 4}  # of a score of 5, one is the vote that each post has from its author


@pytest.fixture(params=sorted(PLATFORMS))
def place(request, project):
    with PUBLISHING[request.param]() as server:
        server.now = timezone.now()
        server.posts = []
        yield Place(server, project)


def only(*names):
    return pytest.mark.parametrize("place", names, indirect=True)


def published(place, owner, ago=timedelta(hours=23, minutes=30)):
    """Publish a post, and move that into the past."""
    post = place.post(owner)
    assert run().status == "published"
    OutgoingPost.objects.update(sent_at=timezone.now() - ago)
    return post


def published_as(place, owner, text):
    """Publish a further post: some platforms refuse the same text again."""
    place.post(owner, text=text)
    assert run().status == "published"
    OutgoingPost.objects.update(sent_at=timezone.now() - timedelta(hours=23, minutes=30))


def read():
    RequestBudget.objects.all().delete()
    read_post_engagement()


def test_engagement_of_a_published_post_comes_back(place, manager, owner, as_person):
    post = published(place, manager)
    read()
    likes = LIKES.get(place.server.platform, 5)
    assert (row().likes, row().replies, row().shares) == (likes, 2, SHARES.get(place.server.platform, 1))
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert f"{likes} likes, 2 replies" in page


def test_post_that_is_gone_keeps_its_counts(place, manager):
    published(place, manager)
    read()
    day_ago = timezone.now() - timedelta(hours=24)
    OutgoingPost.objects.update(counted_at=day_ago, tried_at=day_ago)
    place.server.published.clear()
    read()
    assert row().likes == LIKES.get(place.server.platform, 5) and row().counted_at == day_ago
    assert row().tried_at > timezone.now() - timedelta(minutes=1)


def test_each_platform_has_its_rhythm(place, manager):
    rhythm = rhythms()[place.server.platform]
    assert rhythm.is_hourly == (place.server.platform not in DAILY)
    published(place, manager)
    read()
    before = len(place.server.requests)
    read()
    assert len(place.server.requests) == before, "an hour has not passed"
    OutgoingPost.objects.update(tried_at=timezone.now() - timedelta(hours=1))
    read()
    assert (len(place.server.requests) > before) == rhythm.is_hourly
    OutgoingPost.objects.update(
        sent_at=timezone.now() - rhythm.lasts - timedelta(hours=1), tried_at=timezone.now() - timedelta(days=2)
    )
    before = len(place.server.requests)
    read()
    assert len(place.server.requests) == before


@only(*DAILY)
def test_costly_counts_are_not_read_on_the_first_day(place, manager, owner, as_person):
    post = published(place, manager, ago=timedelta(hours=2))
    before = len(place.server.requests)
    read()
    assert len(place.server.requests) == before and row().counted_at is None
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert "read once a day" in page


@only("x")
def test_reads_on_x_count_toward_the_spending_cap_and_need_no_source(place, manager):
    published(place, manager)
    place.project.sources.all().delete()
    settings = {"base_url": place.server.url}
    Credential.objects.update(settings=settings | {"account": "@lumen"})
    read()
    assert row().likes == 5
    capped = RequestBudget.objects.get(key=f"x:{place.credential.pk}", name__startswith="usd")
    assert capped.left < 20


@only("x")
def test_small_rest_of_the_spending_cap_is_enough_for_a_post(place, manager):
    """A full page of a search costs more than the rest, a post half a cent."""
    published(place, manager)
    RequestBudget.objects.all().delete()
    key = f"x:{place.credential.pk}"
    rest = RequestBudget.objects.create(key=key, name=f"usd/{30 * 86_400}", left=0.02, at=timezone.now())
    read_post_engagement()
    rest.refresh_from_db()
    assert row().likes == 5 and rest.left == pytest.approx(0.015, abs=0.002)


@only("facebook")
def test_deleted_post_does_not_stop_the_others(place, manager):
    for _ in range(2):
        published(place, manager)
    place.server.published.pop(0)
    read()
    assert sorted(OutgoingPost.objects.values_list("likes", flat=True), key=str) == [5, None]


@only("facebook", "linkedin")
@pytest.mark.parametrize("status", [403, 404, 500])
def test_error_of_one_post_does_not_hide_the_counts_of_later_ones(place, manager, status):
    for number in range(2):
        published_as(place, manager, f"Post {number}")
    place.server.fail_with(Reply({"message": "no"}, status))
    read()
    of_the_post = [None, 5] if status < 500 else [None, None]
    assert list(OutgoingPost.objects.order_by("pk").values_list("likes", flat=True)) == of_the_post


def test_counts_are_not_read_without_the_source_that_names_the_account(place, manager):
    published(place, manager)
    place.project.sources.all().delete()
    Credential.objects.update(settings={})
    read()
    assert row().tried_at and row().counted_at is None


@only("discourse")
def test_topic_without_its_first_post_leaves_the_counts_unknown(place, manager):
    published(place, manager)
    place.server.fail_with(Reply({"posts_count": 1, "post_stream": {"posts": []}}))
    read()
    assert row().likes is None and row().tried_at


def move_back(hours, **fields):
    """Make the last try, and the last counts, as old as that."""
    at = timezone.now() - timedelta(hours=hours)
    OutgoingPost.objects.update(tried_at=at, counted_at=at, **fields)


@only("mastodonsearch")
def test_gain_after_failed_reads_belongs_to_no_hour(place, manager):
    published(place, manager, ago=timedelta(hours=8))
    read()
    move_back(4, likes=1)
    counted_at = row().counted_at
    for _ in range(3):
        place.server.fail_with(Reply({"error": "down"}, 503))
    read()
    assert row().counted_at == counted_at and row().likes == 1
    place.server._failures.clear()
    OutgoingPost.objects.update(tried_at=timezone.now() - timedelta(hours=1))
    read()
    assert row().likes == 5 and not row().gains.exists()


@only("mastodonsearch")
def test_post_without_counts_comes_before_those_that_have_some(place, manager, monkeypatch):
    monkeypatch.setattr("workplace.post_engagement.MAX_POSTS", 1)
    published(place, manager)
    published_as(place, manager, "A second post")
    first, second = OutgoingPost.objects.order_by("pk")
    OutgoingPost.objects.filter(pk=first.pk).update(tried_at=timezone.now() - timedelta(days=2))
    read()
    second.refresh_from_db()
    assert second.counted_at


@only("x")
def test_account_that_fails_does_not_stop_the_others(place, manager):
    published(place, manager, ago=timedelta(hours=30))
    Credential.objects.update(settings={"account": "@lumen", "cap": "much"})
    with PUBLISHING["mastodonsearch"]() as server:
        server.now, server.posts = timezone.now(), []
        other = Place(server, place.project)
        other.post(manager)
        run()
        OutgoingPost.objects.update(sent_at=timezone.now() - timedelta(hours=30))
        read()
        assert OutgoingPost.objects.get(variant__platform="mastodon").likes == 5
    assert not OutgoingPost.objects.filter(tried_at=None).exists()


@only("mastodonsearch")
def test_gain_of_a_published_post_is_stored_by_the_hour(place, manager):
    sent = timezone.now() - timedelta(hours=1)
    published(place, manager, ago=timedelta(hours=1))
    read()
    first = row().gains.get()
    assert first.count == 6 and sent - timedelta(hours=1) < first.at < timezone.now() and first.at.minute == 0
    # Nothing was gained, and nothing lost counts; after a longer gap, the hour is unknown.
    for likes, ago in ((5, 1), (9, 1), (0, 5)):
        move_back(ago, likes=likes, shares=1)
        read()
    assert row().gains.get().count == 6
    move_back(1, likes=2, shares=1)
    read()
    assert sum(row().gains.values_list("count", flat=True)) == 9
