"""Adding sources of platforms: the gallery, a form per platform, the preview, and the recommended ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Credential, FetchRequest, RequestBudget, Source
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.poller import poll_one
from monitoring.services import fetches
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.lookalikes.platforms.keyed import KeyedPlatform, KeyedServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer
from tests.lookalikes.platforms.x import XServer
from tests.pages import words


@pytest.fixture(autouse=True)
def no_wait(monkeypatch):
    monkeypatch.setattr("dashboards.views.platform_add.WAIT_S", 0)


@pytest.fixture(autouse=True)
def keyed(monkeypatch):
    monkeypatch.setitem(PLATFORMS, "keyed", KeyedPlatform())


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def server():
    with HackerNewsServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


@pytest.fixture
def keyed_server():
    with KeyedServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


def preview(client, response, server):
    """Let a worker poll the look-alike for the preview that `response` leads to. Return its page."""
    assert response.status_code == 302, words(response)
    assert "Waiting for other fetches…" in words(client.get(response.url))
    [fetch] = FetchRequest.objects.filter(state="queued")
    if "settings" in fetch.parameters:
        fetch.parameters["settings"]["base_url"] = server.url
        fetch.save()
    assert fetches.run_queued() == 1
    return client.get(response.url)


def test_gallery_groups_platforms_by_what_they_need(client, at, read):
    text = read(client, at("source_add"))
    assert "Nothing to prepare Public posts and searches, without an account." in text
    assert (
        "Hacker News Submissions and comments that match your keywords. Searches for your keywords Past items" in text
    )
    assert "Mastodon hashtag Public posts with a hashtag, filtered by your keywords. Filtered by your keywords" in text
    assert text.index("With your own key or account") < text.index("Keyed Search")


def test_gallery_says_what_cannot_be_watched_and_what_comes_nearest(client, at, read):
    page = client.get(at("source_add"))
    text = words(page)
    assert "Can’t be searched by keyword" in text and "TikTok" in text and "Nearest:" in text
    assert all(one.reason for one in page.context["gallery"].closed)


def test_recommended_platforms_are_added_by_one_click(client, at, project):
    page = client.get(at("source_add"))
    assert "Recommended for your keywords" in words(page)
    names = {card.name for card in page.context["gallery"].recommended}
    assert "hackernews" in names and not names & {"mastodon", "keyed", "feed"}
    client.post(at("recommended_add"))
    assert set(project.sources.values_list("platform", flat=True)) == names
    assert "Recommended for your keywords" not in words(client.get(at("source_add")))
    client.post(at("recommended_add"))
    assert project.sources.count() == len(names)


def test_form_names_the_field_and_the_fix(client, at, project):
    response = client.post(at("platform_add", "mastodon"), {"tag": "two words", "server": "no server", "add": "1"})
    text = words(response)
    assert "“Hashtag” has another form. Example: lumen" in text
    assert "“Server” has another form. Example: mastodon.social" in text
    assert "Enter a value for “Hashtag”, such as lumen." in words(
        client.post(at("platform_add", "mastodon"), {"tag": ""})
    )
    assert not project.sources.exists()


def test_source_is_added_with_its_settings_and_an_entry_in_the_activity_log(client, at, project):
    response = client.post(
        at("platform_add", "mastodon"),
        {"tag": "#lumen", "server": "social.example", "base_url": "http://10.0.0.1/", "add": "1"},
        follow=True,
    )
    assert "“Mastodon hashtag · #lumen · social.example” added." in words(response)
    source = project.sources.get()
    assert source.settings == {"tag": "#lumen", "server": "social.example"}
    assert (source.platform, source.host, source.url) == (
        "mastodon",
        "social.example",
        "https://social.example/tags/lumen",
    )
    entry = ActivityEntry.objects.get()
    assert (entry.action, entry.detail) == ("source.added", {"url": source.url, "platform": "mastodon"})
    again = client.post(at("platform_add", "mastodon"), {"tag": "lumen", "server": "social.example", "add": "1"})
    assert again.url == at("source", source.pk) and project.sources.count() == 1


def test_feed_and_unknown_platforms_have_no_form(client, at):
    assert client.get(at("platform_add", "feed")).status_code == 404
    assert client.get(at("platform_add", "nothing")).status_code == 404


def test_preview_shows_matching_items_and_adds_the_source(client, at, project, server):
    make_keyword(project, "Lumen", "lumen")
    make_keyword(project, "Halo", "halo")
    server.change(1, text="Something else entirely")
    page = preview(client, client.post(at("platform_add", "hackernews")), server)
    text = words(page)
    assert "The connection works: 3 items found, 2 match your keywords." in text
    assert text.count("Ma lampe Lumen") == 2 and "Something else" not in text
    assert {request.query["query"] for request in server.requests} == {"lumen", "halo"}
    response = client.post(page.request["PATH_INFO"], follow=True)
    assert "“Hacker News” added." in words(response)
    assert project.sources.get().settings == {}


def test_preview_takes_its_requests_from_the_limit(client, at, project, server):
    make_keyword(project, query="lumen")
    before = client.post(at("platform_add", "hackernews"))
    preview(client, before, server)
    budget = RequestBudget.objects.get()
    limit = PLATFORMS["hackernews"].limits[0]
    assert round(limit.amount / 10 - budget.left) == len(server.requests) == 1
    RequestBudget.objects.update(left=0, blocked_until=timezone.now() + timedelta(hours=2))
    page = preview(client, client.post(at("platform_add", "hackernews")), server)
    text = words(page)
    assert "The platform’s quota is used up." in text and "Next request allowed: in 2 hours" in text
    assert len(server.requests) == 1


def test_preview_says_what_is_searched_more_widely(client, at, project, server):
    make_keyword(project, "Lumin", "lumin*")
    make_keyword(project, "Close", "lumen NEAR/3 lampe")
    text = words(preview(client, client.post(at("platform_add", "hackernews")), server))
    assert "Searched more widely than their queries, then filtered by Vigie: Close" in text
    assert "Not searched, as the platform can’t express their queries: Lumin" in text


def test_preview_explains_a_failure_and_allows_to_add_all_the_same(client, at, project, server):
    make_keyword(project, query="lumen")
    server.fail(503, times=5)
    text = words(preview(client, client.post(at("platform_add", "hackernews")), server))
    assert "Add it all the same" in text and "The connection works" not in text


def test_preview_without_keywords_says_so(client, at, server):
    text = words(preview(client, client.post(at("platform_add", "hackernews")), server))
    assert "No keyword tracks this platform yet." in text


def test_preview_estimates_what_a_paid_platform_would_charge(client, at, project):
    make_keyword(project, query="lumen")
    with XServer() as paid:
        paid.now = timezone.now()
        paid.posts = make_posts(25, now=paid.now, every=timedelta(hours=1))
        response = client.post(at("platform_add", "x"), {"token": paid.secrets["token"], "cap": "20"})
        text = words(preview(client, response, paid))
    assert "the platform charges up to $12 per 30 days" in text


def test_paid_platform_is_not_added_without_its_estimate(client, at, project):
    assert "Add without preview" not in words(client.get(at("platform_add", "x")))
    response = client.post(at("platform_add", "x"), {"token": "t0ken", "cap": "20", "add": "1"})
    assert FetchRequest.objects.get().project == project and response.status_code == 302
    assert not Source.objects.exists()


def test_preview_of_another_person_is_not_found(client, at, as_person, owner):
    address = client.post(at("platform_add", "hackernews")).url
    assert as_person(owner).get(address).status_code == 404
    assert as_person(owner).post(address).status_code == 404


def test_fourth_preview_at_a_time_is_refused_with_a_sentence(client, at):
    for _ in range(3):
        assert client.post(at("platform_add", "hackernews")).status_code == 302
    text = words(client.post(at("platform_add", "hackernews")))
    assert "You already have 3 fetches in progress." in text
    assert FetchRequest.objects.count() == 3


def test_key_of_a_preview_is_encrypted_and_becomes_a_credential(client, at, project, keyed_server):
    make_keyword(project, query="lumen")
    response = client.post(at("platform_add", "keyed"), {"key": "k-1", "credential_name": "Team key"})
    fetch = FetchRequest.objects.get()
    assert "k-1" not in f"{fetch.parameters}{fetch.sealed}{fetch.url}"
    page = preview(client, response, keyed_server)
    assert "3 items found" in words(page) and "k-1" not in page.content.decode()
    client.post(response.url)
    source = project.sources.get()
    assert (source.credential.name, source.credential.secrets) == ("Team key", {"key": "k-1"})
    assert "k-1" not in source.credential.sealed and "k-1" not in str(list(ActivityEntry.objects.values()))
    assert FetchRequest.objects.get().sealed == ""
    assert "is already a source" in words(client.post(response.url, follow=True))


def test_rejected_key_is_explained_in_the_preview(client, at, project, keyed_server):
    make_keyword(project, query="lumen")
    page = preview(client, client.post(at("platform_add", "keyed"), {"key": "k-2"}), keyed_server)
    assert "The platform rejects the key, password or token." in words(page)


def test_key_that_is_missing_or_malformed_is_named(client, at):
    assert "Enter a value for “API key”, such as k-123." in words(
        client.post(at("platform_add", "keyed"), {"key": ""})
    )
    page = client.post(at("platform_add", "keyed"), {"key": "abc"})
    assert "“API key” has another form. Example: k-123" in words(page)
    assert "abc" not in page.content.decode()
    assert 'href="https://keys.example/new"' in page.content.decode()


def test_second_source_uses_an_existing_credential(client, at, project, owner):
    credential = Credential(project=project, platform="keyed", name="Team key")
    credential.set_secrets({"key": "k-1"})
    credential.save()
    assert "Team key" in words(client.get(at("platform_add", "keyed")))
    client.post(at("platform_add", "keyed"), {"place": "lyon", "credential": credential.pk, "add": "1"})
    assert project.sources.get().credential == credential and Credential.objects.count() == 1


def test_credential_of_another_project_or_platform_is_not_accepted(client, at, project, stranger):
    other = Credential.objects.create(project=stranger.projects.get(), platform="keyed", name="Theirs")
    Credential.objects.create(project=project, platform="keyed", name="Ours")
    page = client.post(at("platform_add", "keyed"), {"credential": other.pk, "add": "1"})
    assert "Theirs" not in words(page) and not project.sources.exists()


def test_viewer_cannot_add(as_person, viewer, at, project):
    client = as_person(viewer)
    assert client.post(at("platform_add", "hackernews"), {"add": "1"}).status_code == 403
    assert client.post(at("recommended_add")).status_code == 403
    assert not project.sources.exists()


def test_connection_test_polls_the_source_and_changes_nothing(client, at, project, server):
    make_keyword(project, query="lumen")
    source = make_source(project, platform="hackernews", settings={"base_url": server.url}, host="127.0.0.1")
    page = preview(client, client.post(at("source_test", source.pk)), server)
    assert "Connection test: Hacker News" in words(page) and "3 items found" in words(page)
    source.refresh_from_db()
    assert (source.resume_state, source.last_polled_at) == ({}, None)
    assert client.post(page.request["PATH_INFO"]).status_code == 200
    assert project.sources.count() == 1


def test_changed_settings_start_the_source_again_and_keep_its_look_alike(client, at, project):
    with MastodonTagServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(2, now=server.now)
        source = make_source(
            project,
            platform="mastodon",
            url="https://social.example/tags/lumen",
            settings={"tag": "lumen", "server": "social.example", "base_url": server.url},
            host="social.example",
        )
        poll_one(source.pk)
        source.refresh_from_db()
        assert source.resume_state
        page = client.post(
            at("source_settings", source.pk), {"tag": "halo", "server": "social.example", "base_url": "x"}, follow=True
        )
        assert "Settings of “Mastodon hashtag · halo · social.example” saved." in words(page)
        source.refresh_from_db()
        assert source.settings == {"tag": "halo", "server": "social.example", "base_url": server.url}
        assert (source.resume_state, source.url) == ({}, "https://social.example/tags/halo")
        poll_one(source.pk)
        assert server.requests[-1].path == "/api/v1/timelines/tag/halo"


def test_settings_of_another_source_are_refused(client, at, project):
    first, second = (
        make_source(
            project,
            platform="mastodon",
            url=f"https://social.example/tags/{tag}",
            settings={"tag": tag, "server": "social.example"},
        )
        for tag in ("lumen", "halo")
    )
    page = client.post(at("source_settings", second.pk), {"tag": "lumen", "server": "social.example"})
    assert "Another source of this project already reads this." in words(page)
    second.refresh_from_db()
    assert second.settings["tag"] == "halo" and first.pk != second.pk


def test_opml_has_feeds_only(client, at, project):
    make_source(project, title="Radio")
    client.post(at("platform_add", "hackernews"), {"add": "1"})
    opml = client.get(at("opml_export")).content.decode()
    assert "Radio" in opml and "ycombinator" not in opml
    assert Source.objects.count() == 2
