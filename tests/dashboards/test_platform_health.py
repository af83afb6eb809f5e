"""The state of sources of platforms on the Sources pages: limits, freshness, searches, outages and keys."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Credential, RequestBudget, SourcePeriod
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.poller import poll_one
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.keyed import KeyedPlatform, KeyedServer


@pytest.fixture(autouse=True)
def keyed(monkeypatch):
    monkeypatch.setitem(PLATFORMS, "keyed", KeyedPlatform())


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def credential(project):
    credential = Credential(project=project, platform="keyed", name="Team key")
    credential.set_secrets({"key": "k-7788"})
    credential.save()
    return credential


@pytest.fixture
def source(project, credential):
    now = timezone.now()
    return make_source(
        project,
        platform="keyed",
        title="Keyed Search",
        host="keyed.example",
        settings={"place": "lyon", "base_url": "http://127.0.0.1:9"},
        credential=credential,
        last_success_at=now,
        last_new_at=now,
    )


@pytest.mark.django_db(transaction=True)
def test_source_page_shows_a_poll_that_was_rejected_and_one_with_a_new_key(client, at, project, source, read):
    make_keyword(project, query="lumen")
    with KeyedServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(2, now=server.now)
        server.valid = {"key": "k-2"}
        type(source).objects.filter(pk=source.pk).update(settings={"base_url": server.url}, last_success_at=None)
        poll_one(source.pk)
        text = read(client, at("source", source.pk))
        assert "The platform rejects the key, password or token." in text
        assert "Key or account Team key Failing" in text and "Replace key" in text
        assert "Team key Keyed Search Failing" in read(client, at("credentials"))
        page = client.post(at("source_credential", source.pk), {"key": "k-2"}, follow=True)
        assert "Key of “Keyed Search” saved." in page.content.decode()
        poll_one(source.pk)
    text = read(client, at("source", source.pk))
    assert "Failing" not in text and "Lumen" in text
    assert "Team key Keyed Search OK" in read(client, at("credentials"))


def test_source_page_shows_settings_searches_and_gaps(client, at, project, source, read):
    wider, missing = make_keyword(project, "Close"), make_keyword(project, "Wild")
    source.report = {"gap": True, "skipped": 1, "searches": 2, "wider": [wider.pk], "unsearchable": [missing.pk]}
    source.save()
    text = read(client, at("source", source.pk))
    assert "Place lyon" in text and "127.0.0.1" not in text
    assert "Catching up" in text and "1 malformed item skipped" in text
    assert "then filtered by Vigie: Close" in text and "can’t express their queries: Wild" in text
    assert "Catching up with older items" in read(client, at("sources"))


def test_used_up_limit_says_when_the_next_request_is_allowed(client, at, source, credential, read):
    now = timezone.now()
    RequestBudget.objects.create(
        key=f"keyed:{credential.pk}",
        name="requests/3600",
        left=0,
        at=now,
        blocked_until=now + timedelta(hours=2),
        quota_left=0,
        quota_resets_at=now + timedelta(hours=2),
    )
    text = read(client, at("source", source.pk))
    assert "The limit of the platform is used up." in text and "Next request allowed: in 2 hours" in text
    assert "According to the platform: 0 requests left, refills in 2 hours" in text
    assert "Limit used up Next request allowed: in 2 hours" in read(client, at("sources"))


def test_limit_that_is_left_is_a_share(client, at, source, credential, read):
    RequestBudget.objects.create(key=f"keyed:{credential.pk}", name="requests/3600", left=2.5, at=timezone.now())
    text = read(client, at("source", source.pk))
    assert "Limit left 50%" in text and "used up" not in text


def test_freshness_counts_all_sources_with_the_same_key(client, at, project, source, credential, read):
    assert "Checks possible about every 5 minutes" in read(client, at("source", source.pk))
    source.report = {"searches": 20}
    source.save()
    make_source(project, platform="keyed", host="keyed.example", credential=credential, report={"searches": 10})
    make_source(project, platform="keyed", host="keyed.example", credential=credential, state="paused")
    # 30 requests at 45 per hour
    assert "about every 40 minutes, shared by 2 sources" in read(client, at("source", source.pk))


def test_strip_shows_the_days_on_which_a_source_failed(client, at, source):
    now = timezone.now()
    start, end = now - timedelta(days=10), now - timedelta(days=8)
    for state, code, since, until in [
        ("working", "", now - timedelta(days=20), start),
        ("failing", "timeout", start, end),
        ("working", "", end, None),
    ]:
        SourcePeriod.objects.create(source=source, state=state, error_code=code, started_at=since, ended_at=until)
    strip = client.get(at("source", source.pk)).context["strip"]
    assert strip.label in ("Failing on 2 of the last 30 days", "Failing on 3 of the last 30 days")
    tones = [day.tone for day in strip.days]
    assert len(tones) == 30 and tones[0] == "unseen" and tones[-1] == "working"
    assert strip.label in client.get(at("sources")).content.decode()


def test_missing_key_can_be_entered_on_the_page_of_the_source(client, at, source, credential, read):
    client.post(at("credential_delete", credential.pk))
    text = read(client, at("source", source.pk))
    assert "Key or account Missing" in text and "Enter key" in text
    assert "Enter a value for “API key”" in client.post(at("source_credential", source.pk)).content.decode()
    client.post(at("source_credential", source.pk), {"key": "k-5"})
    source.refresh_from_db()
    assert source.credential.secrets == {"key": "k-5"}


def test_credential_is_replaced_and_deleted_without_secrets_in_the_activity_log(client, at, source, credential, read):
    assert "Team key" in read(client, at("credential_delete", credential.pk))
    assert "Keyed Search" in read(client, at("credential_delete", credential.pk))
    page = client.get(at("credential_replace", credential.pk)).content.decode()
    assert "k-7788" not in page
    client.post(at("credential_replace", credential.pk), {"key": "k-9"})
    credential.refresh_from_db()
    assert credential.secrets == {"key": "k-9"}
    client.post(at("credential_delete", credential.pk))
    assert not Credential.objects.exists()
    source.refresh_from_db()
    assert source.credential is None
    entries = list(ActivityEntry.objects.order_by("id").values_list("action", "target"))
    assert entries == [("credential.replaced", "Team key"), ("credential.deleted", "Team key")]
    assert "k-9" not in str(list(ActivityEntry.objects.values()))


def test_viewer_sees_the_state_without_buttons(as_person, viewer, at, source, read):
    text = read(as_person(viewer), at("source", source.pk))
    assert "Team key" in text and "Replace key" not in text and "Test connection" not in text


def test_feed_has_no_settings_and_no_key(client, at, project):
    feed = make_source(project)
    for name in ("source_settings", "source_credential"):
        assert client.get(at(name, feed.pk)).url == at("source", feed.pk)
    assert client.post(at("source_test", feed.pk)).status_code == 404
