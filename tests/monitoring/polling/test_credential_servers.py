"""Secrets are sent to the server that they were entered for, and to no other that a source names."""

import pytest
from django.utils import timezone

from monitoring.models import Credential, Source
from monitoring.platforms.base import Setting
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.poller import poll_due
from monitoring.polling.preview import preview
from monitoring.services.platform_sources import NewPlatformSource, add_platform_source, change_settings
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.keyed import KeyedPlatform, KeyedServer

pytestmark = pytest.mark.django_db(transaction=True)
OWN, OTHER = "own.example", "other.example"


class FederatedPlatform(KeyedPlatform):
    settings = (Setting("server", "Server", pattern=r"[a-z.]+", is_server=True), *KeyedPlatform.settings[1:])

    def address(self, settings):
        return f"https://{settings['server']}/search"

    def api_url(self, settings):
        return f"https://{settings['server']}"


@pytest.fixture
def platform(monkeypatch):
    platform = FederatedPlatform()
    monkeypatch.setitem(PLATFORMS, "keyed", platform)
    return platform


@pytest.fixture
def server(platform, project):
    make_keyword(project, query="lumen")
    with KeyedServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


def make_credential(project, **settings):
    credential = Credential(project=project, platform="keyed", settings=settings)
    credential.set_secrets({"key": "k-1"})
    credential.save()
    return credential


def make_source_at(name, server, credential):
    settings = {"server": name, "base_url": server.url}
    return make_source(
        credential.project, f"https://{name}/search", platform="keyed", credential=credential, settings=settings
    )


def test_poll_sends_no_request_to_another_server_than_that_of_the_credential(project, server):
    source = make_source_at(OTHER, server, make_credential(project, server=OWN))
    poll_due()
    source.refresh_from_db()
    assert (source.error_code, server.requests) == ("credential_missing", [])


def test_poll_binds_a_credential_without_a_server_to_that_of_its_first_source(project, server):
    credential = make_credential(project)
    first, second = make_source_at(OWN, server, credential), make_source_at(OTHER, server, credential)
    poll_due()
    first.refresh_from_db()
    second.refresh_from_db()
    credential.refresh_from_db()
    assert credential.settings == {"server": OWN}
    assert (first.error_code, second.error_code, len(server.requests)) == ("", "credential_missing", 1)


def test_preview_sends_no_request_to_another_server(project, platform, server):
    settings = {"server": OTHER, "base_url": server.url}
    result = preview(project, platform, settings, credential=make_credential(project, server=OWN))
    assert (result["error"], server.requests) == ("credential_missing", [])


def test_entered_key_is_stored_with_its_server_and_refused_at_another(project, platform):
    new = NewPlatformSource("keyed", {"server": OWN}, secrets={"key": "k-1"})
    source = add_platform_source(project, None, new).source
    assert source.credential.settings == {"server": OWN}
    result = add_platform_source(project, None, NewPlatformSource("keyed", {"server": OTHER}, source.credential))
    assert (result.source, result.problems) == (None, {"server": "other_account"})
    assert change_settings(source, None, {"server": OTHER}).problems == {"server": "other_account"}
    assert Source.objects.get().settings == {"server": OWN}


def test_credential_of_an_earlier_version_is_refused_at_another_server_than_its_source(project, server):
    credential = make_credential(project)
    make_source_at(OWN, server, credential)
    result = add_platform_source(project, None, NewPlatformSource("keyed", {"server": OTHER}, credential))
    assert result.problems == {"server": "other_account"}
