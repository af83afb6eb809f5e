"""Limits that grow with an optional key: what a poll reserves, and how often checks are possible on the page."""

import pytest
from django.utils import timezone

from monitoring.models import Credential, Recheck, RequestBudget
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.poller import poll_one
from monitoring.polling.rechecks import recheck_items
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.github import GitHubServer
from tests.lookalikes.platforms.stackexchange import StackExchangeServer

pytestmark = pytest.mark.django_db(transaction=True)
SEARCHES = 900
# A tenth of each limit is for bursts: 270 and 9,000 requests per day, 9 and 27 searches per minute.
FRESHNESS = {"stackexchange": ("3 days", "2 hours"), "github": ("100 minutes", "33 minutes")}
SECRETS = {"stackexchange": {"key": "key-of-ada"}, "github": {"token": "token-of-ada"}}


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture(params=[StackExchangeServer, GitHubServer])
def server(request):
    with request.param() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


@pytest.fixture
def source(project, server):
    make_keyword(project, query="lumen")
    settings = {**server.settings, "base_url": server.url}
    return make_source(
        project, platform=server.platform, host="127.0.0.1", settings=settings, report={"searches": SEARCHES}
    )


def give_key(source):
    credential = Credential(project=source.project, platform=source.platform, name="Team key")
    credential.set_secrets(SECRETS[source.platform])
    credential.save()
    source.credential = credential
    source.save()


def test_key_allows_more_frequent_checks(client, at, read, source):
    without, with_key = FRESHNESS[source.platform]
    assert f"about every {without}" in read(client, at("source", source.pk))
    give_key(source)
    assert f"about every {with_key}" in read(client, at("source", source.pk))


def test_poll_takes_from_the_limit_of_the_key(source):
    poll_one(source.pk)
    small = RequestBudget.objects.get()
    give_key(source)
    poll_one(source.pk)
    large = RequestBudget.objects.exclude(pk=small.pk).get()
    assert large.key == f"{source.platform}:{source.credential_id}"
    assert large.name == small.name and large.left > small.left


def test_checks_of_stored_items_take_from_the_limit_of_the_key(source):
    if PLATFORMS[source.platform].recheck is None:
        pytest.skip("the platform looks no items up")
    give_key(source)
    poll_one(source.pk)
    before = RequestBudget.objects.get()
    Recheck.objects.update(due_at=timezone.now())
    assert recheck_items() == 3
    after = RequestBudget.objects.get(pk=before.pk)
    assert before.left - 3 <= after.left < before.left + 3
