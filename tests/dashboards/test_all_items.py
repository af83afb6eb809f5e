"""Counting every review of a source: the query for it, and the keywords that it is offered for."""

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Mention
from monitoring.polling.poller import poll_one
from monitoring.services.platform_sources import NewPlatformSource, add_platform_source
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.app_store import APP, AppStoreServer
from tests.lookalikes.platforms.base import make_posts
from tests.pages import words

QUERY = f"platform:appstore url:id{APP}"
TITLE = "Count every review"


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.fixture
def source(project):
    return add_platform_source(project, None, NewPlatformSource("appstore", {"app": APP, "countries": "fr"})).source


def page_of(client, source):
    return client.get(reverse("source", args=[source.project_id, source.pk]))


def test_source_of_reviews_offers_its_query_for_each_keyword(client, project, source):
    topic = make_keyword(project, "Light", "lampe", type="topic")
    brand = make_keyword(project, "Lumen", "lumen -ampoule", type="brand")
    page = page_of(client, source)
    assert TITLE in words(page) and QUERY in words(page)
    assert [name for name, _ in page.context["all_items"].offers] == [brand.name, topic.name]
    _, link = page.context["all_items"].offers[0]
    form = client.get(link).context["form"]
    assert form["query"].value() == f"lumen -ampoule OR ({QUERY})"
    assert form["name"].value() == "Lumen"


def test_saved_offer_makes_every_review_a_mention(client, project, source):
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    with AppStoreServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(2, now=server.now)
        for post in server.posts:
            server.change(post.number, title="Super", text="Je recommande")
        source.settings["base_url"] = server.url
        source.save()
        _, link = page_of(client, source).context["all_items"].offers[0]
        form = client.get(link).context["form"]
        values = {"name": "Lumen", "type": "brand", "query": form["query"].value()}
        assert client.post(link, values).status_code == 302
        poll_one(source.pk)
    assert Mention.objects.filter(keyword=brand).count() == 2
    page = page_of(client, source)
    assert "Every review of this source is a mention of: Lumen" in words(page)
    assert page.context["all_items"].offers == ()


def test_project_without_keywords_is_offered_a_new_one(client, project, source):
    page = page_of(client, source)
    assert "New keyword with this query" in words(page)
    assert client.get(page.context["all_items"].new).context["form"]["query"].value() == QUERY


def test_viewer_sees_the_query_but_no_offer(as_person, viewer, project, source):
    viewer.language = "en"
    viewer.save()
    make_keyword(project, "Lumen", "lumen")
    page = page_of(as_person(viewer), source)
    assert QUERY in words(page)
    assert "Add to" not in words(page)


def test_other_sources_have_no_such_offer(client, project):
    assert TITLE not in words(page_of(client, make_source(project)))
    other = add_platform_source(project, None, NewPlatformSource("hackernews")).source
    assert TITLE not in words(page_of(client, other))
