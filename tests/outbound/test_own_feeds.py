"""The sample feeds that Vigie serves itself: the only URLs of its own port that sources reach, and only while a sample
project exists.
"""

import pytest
from django.conf import settings as django_settings

from accounts.projects import create_project
from monitoring.models import Source
from monitoring.polling.poller import poll_one
from outbound.default import http_client, polling_client
from provisioning.deletion import delete_project
from provisioning.sample.feeds import FEEDS
from provisioning.sample.load import feed_url
from tests.lookalikes.feeds import FeedServer

FEED = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
OTHER_PATHS = [
    "/",
    "/healthz",
    "/accounts/login/",
    "/sample/7/lamp-talk.xml?next=/healthz",
    "/sample/7/lamp-talk.xml/",
    "/sample/7/lamp-talk.xml/../../../healthz",
    "/sample/7/../../healthz",
    "/sample/7/..%2f..%2fhealthz.xml",
    "/sample/7/%2e%2e/lamp-talk.xml",
    "/sample/7%2Flamp-talk.xml",
    "//sample/7/lamp-talk.xml",
    "/sample//7/lamp-talk.xml",
    "/sample/7/lamp-talk%2exml",
    "/sample/7/lamp-talk.xml;a=b",
    "/sample/7/lamp-talk.xml%00",
    "/SAMPLE/7/lamp-talk.xml",
    "/sample/x/lamp-talk.xml",
    "/sample/lamp-talk.xml",
    "/sample/lamp-talk/live-1-20260101",
    "/x/sample/7/lamp-talk.xml",
]


@pytest.fixture
def server():
    with FeedServer() as server:
        yield server


@pytest.fixture
def sample(owner):
    return create_project(owner, "Sample", is_sample=True)


@pytest.fixture(autouse=True)
def own_port(server, settings):
    settings.FETCH_ALLOWED_HOSTS = []
    settings.SAMPLE_FEEDS_URL = server.url("/").rstrip("/")


def address(server, project, slug=FEEDS[0].slug):
    path = f"/sample/{project.pk}/{slug}.xml"
    return server.put(path, body=FEED)


def test_sample_feed_is_reached_while_a_sample_project_exists(server, sample, owner):
    url = address(server, sample)
    assert url == feed_url(sample, FEEDS[0].slug)
    assert polling_client().fetch(url).error is None
    assert http_client().fetch(url).error.code == "private_address"
    delete_project(sample, owner)
    assert polling_client().fetch(url).error.code == "private_address"


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_other_url_of_own_port_is_refused_as_private_address(server, sample, path):
    client = polling_client()
    assert client.fetch(address(server, sample)).error is None  # leaves a connection to the port in its pool
    before = len(server.requests)
    assert client.fetch(django_settings.SAMPLE_FEEDS_URL + path).error.code == "private_address"
    assert len(server.requests) == before


def test_credentials_and_other_hosts_of_the_port_are_refused(server, sample):
    url = address(server, sample)
    for other in (url.replace("://", "://user:secret@"), url.replace("127.0.0.1", "127.0.0.2")):
        assert polling_client().fetch(other).error.code == "private_address"


def test_redirect_of_sample_feed_to_other_page_is_refused(server, sample):
    server.put("/healthz", body=FEED)
    url = server.put(f"/sample/{sample.pk}/away.xml", status=302, location="/healthz")
    assert polling_client().fetch(url).error.code == "private_address"


def test_source_of_stranger_at_own_port_fails_as_private_address(server, sample, stranger):
    url = server.put("/internal", body=FEED)
    source = Source.objects.create(project=stranger.projects.get(), url=url, host="127.0.0.1")
    assert poll_one(source.pk).error_code == "private_address"
    assert not server.requests
