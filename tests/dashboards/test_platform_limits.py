"""The limits that platforms themselves report, from a real poll to the Sources pages: usage, counted hashtags."""

import pytest
from django.utils import timezone

from monitoring.models import Credential, FetchRequest, Source
from monitoring.polling.poller import poll_one
from monitoring.services import fetches
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.meta import InstagramServer
from tests.monitoring.platforms.test_meta import usage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def server():
    with InstagramServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        yield server


@pytest.fixture
def source(project, server):
    make_keyword(project, query="lumen")
    credential = Credential(project=project, platform="instagram", name="Team account")
    credential.set_secrets(server.secrets)
    credential.save()
    settings = {**server.settings, "base_url": server.url}
    return make_source(project, platform="instagram", host="127.0.0.1", settings=settings, credential=credential)


def test_usage_near_the_limit_pauses_all_sources_of_the_account(client, at, read, source, server):
    server.headers = usage(95)
    assert not poll_one(source.pk).error_code
    made = len(server.requests)
    assert poll_one(source.pk) is None and len(server.requests) == made
    text = read(client, at("source", source.pk))
    assert "The limit of the platform is nearly used up." in text and "Nearly used up Next request allowed:" in text
    assert "requests left" not in text
    assert "Limit nearly used up" in read(client, at("sources"))


def test_hashtags_that_are_left_are_on_the_page_of_the_source(client, at, read, source, server):
    server.asked = [str(number) for number in range(11)]
    poll_one(source.pk)
    assert "Different hashtags left in 7 days 18 of 30" in read(client, at("source", source.pk))


def test_preview_of_one_hashtag_more_says_that_the_account_has_no_more(client, at, project, server):
    make_keyword(project, query="lumen")
    server.asked = [str(number) for number in range(30)]
    response = client.post(at("platform_add", "instagram"), {**server.settings, **server.secrets})
    fetch = FetchRequest.objects.get()
    fetch.parameters["settings"]["base_url"] = server.url
    fetch.save()
    fetches.run_queued()
    text = client.get(response.url).content.decode()
    assert "The account has already read 30 different hashtags in 7 days" in text
    assert not Source.objects.exists()
