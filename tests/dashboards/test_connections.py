"""Connecting an account in the browser's steps: the page, the way to the platform, and the way back."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry, Membership
from monitoring.models import ConnectionRequest, Credential, PlatformApp
from monitoring.platforms.base import Setting
from monitoring.platforms.meta_oauth import facebook_oauth
from monitoring.platforms.registry import PLATFORMS
from tests.connecting import PLATFORM, ConnectedPlatform, begin, come_back, enter_app
from tests.factories import make_source
from tests.lookalikes.oauth import CLIENT_SECRET, NAME, OAuthServer
from tests.lookalikes.platforms.base import Reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(monkeypatch):
    with OAuthServer() as server:
        monkeypatch.setitem(PLATFORMS, PLATFORM, ConnectedPlatform(server))
        yield server


@pytest.fixture
def app(project, owner, server):
    enter_app(project, owner, server)


@pytest.fixture
def client(app, manager, as_person):
    return as_person(manager)


def texts(response):
    return [str(message) for message in response.context["messages"]]


def test_admin_enters_the_app_with_the_redirect_uri_to_copy(project, owner, server, as_person, settings):
    settings.BASE_URL = "https://vigie.example"
    client = as_person(owner)
    page = client.get(reverse("credential_connect", args=[project.pk, PLATFORM]), headers={"host": "localhost"})
    assert "https://vigie.example/connect/callback" in page.content.decode()
    assert "Connect account" not in page.content.decode()
    entered = {"client_id": "lumen", "client_secret": "s3cret-of-app"}
    saved = client.post(reverse("credential_app", args=[project.pk, PLATFORM]), entered, follow=True)
    assert "Connect account" in saved.content.decode() and "s3cret-of-app" not in saved.content.decode()
    stored = PlatformApp.objects.get()
    assert "s3cret-of-app" not in stored.sealed and stored.client_id == "lumen"
    refused = {**entered, "client_secret": "two words"}
    page = client.post(reverse("credential_app", args=[project.pk, PLATFORM]), refused)
    assert "invalid character" in page.content.decode() and "two words" not in page.content.decode()


def test_manager_is_told_that_an_admin_has_to_enter_the_app(project, manager, server, as_person):
    client = as_person(manager)
    page = client.get(reverse("credential_connect", args=[project.pk, PLATFORM]))
    assert not page.context["is_admin"] and "id_client_secret" not in page.content.decode()
    assert client.post(reverse("credential_app", args=[project.pk, PLATFORM])).status_code == 403


def test_account_is_connected_and_leads_to_adding_a_source(project, manager, server, client):
    response = come_back(client, server, begin(client, project))
    credential = Credential.objects.get()
    assert response.url == f"{reverse('platform_add', args=[project.pk, PLATFORM])}?credential={credential.pk}"
    assert (credential.name, credential.settings, credential.created_by) == (NAME, {"account": NAME}, manager)
    assert credential.secrets["key"] in server.tokens
    assert ActivityEntry.objects.filter(action="credential.connected", user=manager).exists()
    form = client.get(response.url).context["form"]
    assert form["credential"].value() == str(credential.pk)


def test_same_account_is_stored_once(project, server, client):
    come_back(client, server, begin(client, project))
    first = Credential.objects.get().secrets["key"]
    come_back(client, server, begin(client, project))
    assert Credential.objects.get().secrets["key"] != first


def test_accounts_of_two_people_with_one_name_are_two_on_facebook(project, server, client, monkeypatch):
    server.auth = "form"
    account = facebook_oauth("public_profile").account
    platform = ConnectedPlatform(server, token_name="token", uses_basic=False, account=account)
    monkeypatch.setitem(PLATFORMS, PLATFORM, platform)
    for server.account_id in ("11", "22", "11"):
        come_back(client, server, begin(client, project))
    found = Credential.objects.order_by("pk")
    assert [(one.name, one.settings["account_id"]) for one in found] == [(NAME, "11"), (NAME, "22")]


def test_reconnecting_keeps_sources_and_clears_the_error(project, server, client):
    come_back(client, server, begin(client, project))
    credential = Credential.objects.get()
    now = timezone.now()
    Credential.objects.update(error_code="reconnect", failing_since=now, reported_at=now)
    later = now + timedelta(days=1)
    source = make_source(project, platform=PLATFORM, credential=credential, error_code="reconnect", next_poll_at=later)
    page = client.get(reverse("credentials", args=[project.pk])).content.decode()
    link = f"{reverse('credential_connect', args=[project.pk, PLATFORM])}?credential={credential.pk}"
    assert link in page
    assert link in client.get(reverse("source", args=[project.pk, source.pk])).content.decode()
    assert link in client.get(reverse("sources", args=[project.pk])).content.decode()
    response = come_back(client, server, begin(client, project, credential=credential.pk))
    assert response.url == reverse("credentials", args=[project.pk])
    credential.refresh_from_db()
    source.refresh_from_db()
    assert (credential.error_code, credential.failing_since, credential.reported_at) == ("", None, None)
    assert source.credential_id == credential.pk and source.next_poll_at < later


@pytest.mark.parametrize("query", [{}, {"state": "x" * 43, "code": "c"}, {"state": "\x00", "code": "c"}])
def test_callback_without_a_valid_state_stores_nothing(server, client, query):
    assert client.get(reverse("credential_callback"), query).url == reverse("home")
    assert not Credential.objects.exists()


def test_state_works_once(project, server, client):
    url = begin(client, project)
    come_back(client, server, url)
    count = len(server.requests)
    assert come_back(client, server, url).url == reverse("home")
    assert len(server.requests) == count and Credential.objects.count() == 1


def test_state_of_another_person_is_refused_and_stays_valid(project, owner, server, client, as_person, stranger):
    url = begin(client, project)
    for person in (owner, stranger):
        assert come_back(as_person(person), server, url).url == reverse("home")
    assert come_back(Client(), server, url).url.startswith("/accounts/login/")
    assert not Credential.objects.exists()
    come_back(client, server, url)
    assert Credential.objects.count() == 1


def test_state_ends_after_ten_minutes(project, server, client):
    url = begin(client, project)
    begun = ConnectionRequest.objects.get()
    assert timedelta(minutes=9) < begun.expires_at - timezone.now() <= timedelta(minutes=10)
    ConnectionRequest.objects.update(expires_at=timezone.now())
    assert come_back(client, server, url).url == reverse("home")
    assert not Credential.objects.exists()


@pytest.mark.parametrize("role", ["viewer", None])
def test_person_who_lost_their_role_meanwhile_connects_nothing(project, manager, server, client, role):
    url = begin(client, project)
    membership = Membership.objects.filter(user=manager)
    membership.update(role=role) if role else membership.delete()
    assert come_back(client, server, url).status_code == (403 if role else 404)
    assert not Credential.objects.exists()


def test_credential_of_another_project_cannot_be_connected_again(project, stranger, server, client):
    other = Credential.objects.create(project=stranger.projects.get(), platform=PLATFORM)
    url = reverse("credential_connect", args=[project.pk, PLATFORM])
    assert client.post(url, {"credential": other.pk}).status_code == 404


def test_person_who_says_no_reads_that_nothing_was_connected(project, server, client):
    server.says_no = True
    answer = come_back(client, server, begin(client, project))
    assert answer.url == reverse("credentials", args=[project.pk])
    assert not Credential.objects.exists() and not ConnectionRequest.objects.exists()


def test_callback_leads_to_vigie_only(project, server, client):
    response = come_back(client, server, begin(client, project), next="https://evil.example", redirect_uri="//evil")
    assert response.url.startswith("/")


def test_address_at_the_platform_has_the_redirect_uri_of_base_url(project, server, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    response = client.post(
        reverse("credential_connect", args=[project.pk, PLATFORM]), headers={"host": "evil.example"}
    )
    assert "evil.example" not in response.headers["Refresh"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<!doctype html>", content_type="text/html"),
        Reply({"error": "invalid_client", "error_description": CLIENT_SECRET}, 401),
        Reply(CLIENT_SECRET.encode(), 500),
    ],
)
def test_failed_exchange_is_explained_without_secrets(project, server, client, reply, caplog):
    caplog.set_level(logging.DEBUG)
    url = begin(client, project)
    server.fail_with(reply)
    page = client.get(come_back(client, server, url).url).content.decode()
    assert "connecté" in page
    assert CLIENT_SECRET not in page + caplog.text and not Credential.objects.exists()


def test_secrets_appear_in_no_page_log_activity_or_stored_text(project, owner, server, client, as_person, caplog):
    caplog.set_level(logging.INFO)
    come_back(client, server, begin(client, project))
    credential = Credential.objects.get()
    source = make_source(project, platform=PLATFORM, credential=credential)
    secrets = [*server.tokens, *server.refresh_tokens, CLIENT_SECRET, *server.codes]
    names = ("credentials", "sources", "source_add", "project_settings")
    pages = [reverse(name, args=[project.pk]) for name in names]
    pages += [
        reverse("source", args=[project.pk, source.pk]),
        reverse("credential_connect", args=[project.pk, PLATFORM]) + f"?credential={credential.pk}",
        reverse("credential_replace", args=[project.pk, credential.pk]),
    ]
    shown = "".join(as_person(owner).get(page).content.decode() for page in pages)
    stored = json.dumps([*Credential.objects.values("sealed", "settings"), *PlatformApp.objects.values("sealed")])
    logged = caplog.text + json.dumps(list(ActivityEntry.objects.values("target", "detail")))
    assert [secret for secret in secrets if secret in shown + stored + logged + repr(credential)] == []


def test_new_secret_of_the_app_reaches_its_connected_accounts(project, owner, server, client, as_person):
    come_back(client, server, begin(client, project))
    entered = {"client_id": "lumen-client", "client_secret": "rolled"}
    as_person(owner).post(reverse("credential_app", args=[project.pk, PLATFORM]), entered)
    assert Credential.objects.get().secrets["client_secret"] == "rolled"


def test_key_entered_by_hand_replaces_a_connected_account(project, server, client):
    come_back(client, server, begin(client, project))
    credential = Credential.objects.get()
    client.post(reverse("credential_replace", args=[project.pk, credential.pk]), {"key": "k-7"})
    credential.refresh_from_db()
    assert credential.secrets == {"key": "k-7"} and not credential.is_connected


def test_server_registers_the_app_by_itself(project, server, client, monkeypatch, settings):
    platform = ConnectedPlatform(server, registration_url=f"{server.url}/apps")
    monkeypatch.setitem(PLATFORMS, PLATFORM, platform)
    PlatformApp.objects.all().delete()
    come_back(client, server, begin(client, project))
    assert Credential.objects.get().secrets["client_id"] == PlatformApp.objects.get().client_id
    begin(client, project)
    assert len(server.apps) == 2
    settings.BASE_URL = "https://moved.example"
    begin(client, project)
    assert len(server.apps) == 3 and PlatformApp.objects.get().redirect_uri.startswith("https://moved.example/")
    PlatformApp.objects.all().delete()
    server.fail(503, b"")
    response = client.post(reverse("credential_connect", args=[project.pk, PLATFORM]))
    assert response.context["form"].non_field_errors()


class FederatedPlatform(ConnectedPlatform):
    """A platform with many servers. All tokens come from the look-alike."""

    settings = (Setting("server", "Server", pattern=r"[a-z.]+", is_server=True), *ConnectedPlatform.settings[1:])

    def api_url(self, settings):
        return f"https://{settings['server']}" if settings.get("server") != "old.example" else self.server.url


@pytest.mark.parametrize("has_server", [True, False])
def test_reconnecting_at_another_server_is_refused(project, server, client, monkeypatch, has_server):
    monkeypatch.setitem(PLATFORMS, PLATFORM, FederatedPlatform(server, settings=("server",)))
    stored = {"server": "old.example"} if has_server else {}
    credential = Credential.objects.create(project=project, platform=PLATFORM, settings=stored)
    make_source(project, platform=PLATFORM, credential=credential, settings={"server": "old.example"})
    PlatformApp.objects.update(server="new.example")
    url = reverse("credential_connect", args=[project.pk, PLATFORM])
    response = client.post(url, {"credential": credential.pk, "server": "new.example"})
    assert "Serveur" in response.context["form"].errors["server"][0]
    assert not ConnectionRequest.objects.exists()
    PlatformApp.objects.update(server="old.example")
    assert client.post(url, {"credential": credential.pk, "server": "old.example"}).headers["Refresh"]
