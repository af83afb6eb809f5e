"""Feeds of mentions by secret addresses: created, read by a feed reader, revoked."""

import json
import re

import feedparser
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ActivityEntry, Membership
from monitoring.models import Keyword
from tests.factories import make_keyword, make_mention, make_source
from workplace.models import FeedAddress, SavedView


@pytest.fixture
def keyword(project):
    keyword = make_keyword(project, "Lumen")
    source = make_source(project, title="Le Phare")
    make_mention(
        keyword,
        source=source,
        title="Lumen <b>& co</b>\x0b",
        text="A lumen <i>lamp</i>",
        author="Léa",
        url="https://a.example/1",
    )
    make_mention(
        keyword, source=source, title="", text="Only lumen text", url="https://a.example/2", sentiment="negative"
    )
    return keyword


@pytest.fixture
def create(project, as_person):
    """`create(person, about)`: create a feed on its page. Return the paths of its Atom and its JSON address."""

    def create(person, about):
        page = as_person(person).post(reverse("feed_new", args=[project.pk]), {"about": about}).text
        return re.findall(r'value="https?://[^/"]+(/feed/[^"]+)"', page)

    return create


def test_feed_reader_gets_the_mentions_of_a_keyword(create, viewer, keyword, client):
    atom_path, json_path = create(viewer, f"keyword-{keyword.pk}")
    response = client.get(atom_path)
    assert response["X-Robots-Tag"] == "noindex" and "private" in response["Cache-Control"]
    read = feedparser.parse(response.content)
    assert not read.bozo and read.feed.title == "Lumen · Maison Lumen"
    entries = {entry.link: entry for entry in read.entries}
    assert set(entries) == {"https://a.example/1", "https://a.example/2"}
    first, second = entries["https://a.example/1"], entries["https://a.example/2"]
    assert "<title>Lumen &lt;b&gt;&amp; co&lt;/b&gt;</title>" in response.text
    assert (first.summary, second.title) == ("A lumen &lt;i&gt;lamp&lt;/i&gt;", "Only lumen text")
    assert "<author><name>Léa</name></author>" in response.text and '<category term="Lumen"/>' in response.text
    found = json.loads(client.get(json_path).content)
    assert found["version"] == "https://jsonfeed.org/version/1.1" and found["feed_url"].endswith(json_path)
    assert {item["url"]: item["id"] for item in found["items"]} == {entry.link: entry.id for entry in read.entries}


def test_unchanged_feed_is_not_sent_again(create, viewer, keyword, client):
    [path, _json] = create(viewer, f"keyword-{keyword.pk}")
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    make_mention(keyword, title="New lumen")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_feed_of_a_view_has_its_filter_and_ends_when_it_is_no_longer_shared(create, viewer, owner, keyword, client):
    view = SavedView.objects.create(
        project=keyword.project, owner=owner, name="Negative", query="sentiment=negative", is_shared=True
    )
    [path, _json] = create(viewer, f"view-{view.pk}")
    assert [entry.title for entry in feedparser.parse(client.get(path).content).entries] == ["Only lumen text"]
    SavedView.objects.update(is_shared=False)
    assert client.get(path).status_code == 404


def test_feed_of_a_view_by_urgency_has_its_newest_mentions(create, viewer, owner, keyword, client):
    view = SavedView.objects.create(
        project=keyword.project, owner=owner, name="Urgent", query="order=urgency", is_shared=True
    )
    make_mention(keyword, title="Replied", status="replied")
    [path, _json] = create(viewer, f"view-{view.pk}")
    entries = feedparser.parse(client.get(path).content).entries
    assert len(entries) == 3
    assert [entry.published for entry in entries] == sorted((entry.published for entry in entries), reverse=True)


def test_feeds_have_an_id_each(create, viewer, keyword, client):
    view = SavedView.objects.create(project=keyword.project, owner=viewer, name="All", query=f"keyword={keyword.pk}")
    paths = [create(viewer, about)[0] for about in (f"keyword-{keyword.pk}", f"view-{view.pk}")]
    ids = [feedparser.parse(client.get(path).content).feed.id for path in paths]
    assert ids == [f"urn:vigie:feed:{pk}" for pk in FeedAddress.objects.order_by("pk").values_list("pk", flat=True)]


def test_keyword_with_a_large_id_has_a_feed(create, viewer, keyword, client):
    large = make_keyword(keyword.project, pk=12_345_678_901)
    [path, _json] = create(viewer, f"keyword-{large.pk}")
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("end", ["revoke", "leave", "delete the keyword", "delete the project", "deactivate"])
def test_feed_ends(end, create, viewer, keyword, client, as_person, project):
    [path, json_path] = create(viewer, f"keyword-{keyword.pk}")
    assert client.get(path).status_code == 200
    if end == "revoke":
        as_person(viewer).post(reverse("feed_revoke", args=[project.pk, FeedAddress.objects.get().pk]))
        actions = ActivityEntry.objects.filter(action__startswith="feed.").order_by("pk")
        assert list(actions.values_list("action", "target")) == [("feed.created", "Lumen"), ("feed.revoked", "Lumen")]
    elif end == "leave":
        Membership.objects.filter(user=viewer).delete()
    elif end == "delete the keyword":
        Keyword.objects.all().delete()
    elif end == "delete the project":
        project.deleted_at = keyword.created_at
        project.save()
    else:
        viewer.is_active = False
        viewer.save()
    assert client.get(path).status_code == client.get(json_path).status_code == 404


def test_feed_is_not_made_of_what_the_person_does_not_see(create, viewer, owner, stranger, keyword):
    private = SavedView.objects.create(project=keyword.project, owner=owner, name="Mine", query="")
    foreign = make_keyword(stranger.memberships.get().project, "Foreign")
    for about in ("", "keyword-", "view-x", "keyword-99999999999", f"view-{private.pk}", f"keyword-{foreign.pk}"):
        assert create(viewer, about) == []
    assert not FeedAddress.objects.exists()


def test_page_lists_own_feeds_and_when_they_were_read(create, viewer, owner, keyword, as_person, project, client):
    [path, _json] = create(viewer, f"keyword-{keyword.pk}")
    page = reverse("feeds", args=[project.pk])
    assert "Never" in as_person(viewer).get(page).text and "No feeds yet" in as_person(owner).get(page).text
    client.get(path)
    assert "Never" not in as_person(viewer).get(page).text
    assert path not in as_person(viewer).get(page).text
    own = FeedAddress.objects.get()
    assert as_person(owner).post(reverse("feed_revoke", args=[project.pk, own.pk])).status_code == 404


def test_number_of_feeds_is_limited(create, viewer, keyword):
    for _ in range(20):
        assert create(viewer, f"keyword-{keyword.pk}")
    assert create(viewer, f"keyword-{keyword.pk}") == []
    assert FeedAddress.objects.count() == 20


def test_unknown_format_is_not_found(create, viewer, keyword):
    [path, _json] = create(viewer, f"keyword-{keyword.pk}")
    assert Client().get(path.replace(".atom", ".html")).status_code == 404
