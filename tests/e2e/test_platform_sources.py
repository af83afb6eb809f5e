"""Add a source of each kind of platform in the browser, against look-alikes: a search, a tag, one with a key."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import FetchRequest, RequestBudget, Source
from monitoring.polling.poller import poll_one
from monitoring.services import fetches
from tests.factories import make_keyword
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.bluesky import BlueskyServer
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = [
    pytest.param(HackerNewsServer, "Hacker News", {}, id="search"),
    pytest.param(MastodonTagServer, "Mastodon hashtag", {"Hashtag": "lumen"}, id="tag"),
    pytest.param(
        BlueskyServer,
        "Bluesky",
        {"Handle": "lumen.example", "App password": BlueskyServer.secrets["password"]},
        id="key",
    ),
]


@pytest.fixture(autouse=True)
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def serve(kind):
    server = kind()
    server.now = timezone.now()
    server.posts = make_posts(3, now=server.now)
    return server


def work(server):
    """Do a worker's part: point the queued preview at the look-alike, and poll."""
    fetch = FetchRequest.objects.get(state="queued")
    fetch.parameters["settings"]["base_url"] = server.url
    fetch.save()
    assert fetches.run_queued() == 1


@pytest.mark.parametrize(("kind", "label", "values"), KINDS)
def test_source_of_a_platform_is_previewed_added_and_polled(open_as, owner, at, kind, label, values):
    with serve(kind) as server:
        page = open_as(owner, at("source_add"))
        page.locator("a.card").filter(has=page.get_by_text(label, exact=True)).click()
        for field, value in values.items():
            page.get_by_label(field, exact=True).fill(value)
        page.get_by_role("button", name="Test and preview").click()
        expect(page.get_by_role("status")).to_be_visible()
        work(server)
        expect(page.get_by_text("The connection works: 3 items found, 3 match your keywords.")).to_be_visible()
        page.get_by_role("button", name="Add source").click()
        expect(page.get_by_text("Its first items will arrive shortly.")).to_be_visible()
        source = Source.objects.get()
        source.settings["base_url"] = server.url
        source.save()
        poll_one(source.pk)
        page.reload()
        expect(page.get_by_role("article")).to_have_count(3)
        expect(page.get_by_text("No gap since the first check.")).to_be_visible()


def test_rejected_key_is_explained_before_and_after_adding(open_as, owner, at):
    with serve(BlueskyServer) as server:
        page = open_as(owner, at("platform_add", "bluesky"))
        page.get_by_label("Handle", exact=True).fill("lumen.example")
        page.get_by_label("App password", exact=True).fill("wrong")
        page.get_by_role("button", name="Test and preview").click()
        expect(page.get_by_role("status")).to_be_visible()
        work(server)
        expect(page.get_by_text("The platform rejects the key, password or token.")).to_be_visible()
        page.get_by_role("button", name="Add it all the same").click()
        source = Source.objects.get()
        source.settings["base_url"] = server.url
        source.save()
        poll_one(source.pk)
        page.reload()
        expect(page.get_by_text("The platform rejects the key, password or token.")).to_be_visible()
        page.get_by_role("link", name="Replace key").click()
        page.get_by_label("App password").fill(server.secrets["password"])
        page.get_by_role("button", name="Save").click()
        poll_one(source.pk)
        page.reload()
        expect(page.get_by_role("article")).to_have_count(3)


def test_recommended_platforms_are_added_in_one_click(open_as, owner, at):
    page = open_as(owner, at("source_add"))
    page.get_by_role("button", name="Add all").click()
    expect(page.get_by_text("sources added.")).to_be_visible()
    expect(page.get_by_role("link", name="Hacker News", exact=True)).to_be_visible()


def test_limit_that_is_used_up_says_when_it_refills(open_as, owner, project, at):
    now = timezone.now()
    source = Source.objects.create(
        project=project,
        platform="hackernews",
        title="Hacker News",
        url="https://news.ycombinator.com/",
        host="hn.algolia.com",
        last_success_at=now,
    )
    RequestBudget.objects.create(
        key="hackernews:hn.algolia.com",
        name="requests/3600",
        left=0,
        at=now,
        blocked_until=now + timedelta(minutes=30),
        quota_left=0,
    )
    page = open_as(owner, at("sources"))
    expect(page.get_by_text("Limit used up")).to_be_visible()
    page.get_by_role("link", name="Hacker News", exact=True).click()
    expect(page.get_by_text("The limit of the platform is used up.")).to_be_visible()
    assert source.pk
