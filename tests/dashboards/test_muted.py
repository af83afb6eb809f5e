"""Muting from a mention, and the Muted page with its undo."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ActivityEntry
from monitoring.models import Mention, Mute
from tests.factories import make_keyword, make_mention, make_source, make_story


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def mention(keyword, project):
    fields = {"author": "Karim", "url": "https://www.blog.example/1", "published": "2024-02-03T12:00Z"}
    return make_mention(keyword, source=make_source(project, title="Le Phare"), **fields)


def status(mention):
    return Mention.objects.get(pk=mention.pk).status


def post(client, project, **data):
    return client.post(f"/p/{project.pk}/mutes", data)


@pytest.mark.parametrize(("kind", "label"), [("author", "Karim"), ("source", "Le Phare"), ("domain", "blog.example")])
def test_mention_page_mutes_its_author_source_or_domain(
    project, english_manager, as_person, mention, keyword, kind, label
):
    client = as_person(english_manager)
    page = client.get(f"/p/{project.pk}/mentions/{mention.pk}").content.decode()
    assert f'name="kind" value="{kind}"' in page
    response = post(client, project, kind=kind, mention=mention.pk, next=f"/p/{project.pk}/mentions")
    assert response.url == f"/p/{project.pk}/mentions"
    assert status(mention) == "ignored"
    assert f"“{label}” muted." in client.get(response.url).content.decode()
    entry = ActivityEntry.objects.get(action="mute.created")
    assert (entry.user, entry.target, entry.detail) == (english_manager, label, {"kind": kind})


def test_story_is_muted_and_unmuted_from_the_message(project, english_manager, as_person, keyword):
    make_story(keyword, [{"title": "Lumen recalls lamps"}, {}])
    first = Mention.objects.order_by("published").first()
    client, inbox = as_person(english_manager), f"/p/{project.pk}/mentions?stories=fold&period=30d"
    pane = client.get(f"/p/{project.pk}/mentions/{first.pk}?stories=fold&period=30d", headers={"HX-Request": "true"})
    assert "Mute story (2 items in the list)" in pane.content.decode()
    page = client.post(
        f"/p/{project.pk}/mutes", {"kind": "story", "mention": first.pk, "next": inbox}, follow=True
    ).content.decode()
    assert set(Mention.objects.values_list("status", flat=True)) == {"ignored"}
    history = client.get(f"/p/{project.pk}/mentions/{first.pk}").content.decode()
    assert "Ignored because the story “Lumen recalls lamps” is muted." in history
    [url] = re.findall(r'action="([^"]+/end)"', page)
    back = client.post(url, {"next": inbox})
    assert back.url == inbox and set(Mention.objects.values_list("status", flat=True)) == {"to_review"}


def test_authors_of_selected_mentions_are_muted_and_unmuted_together(
    project, english_manager, as_person, keyword, stranger
):
    rows = [make_mention(keyword, author=name) for name in ("Promos", "Promos", "Gifts", "")]
    foreign = make_mention(make_keyword(stranger.projects.get()), author="Elsewhere")
    client, inbox, path = as_person(english_manager), f"/p/{project.pk}/mentions", f"/p/{project.pk}/mutes/selected"
    fields = {"kind": "author", "id": [rows[0].pk, rows[2].pk, rows[3].pk, foreign.pk], "next": inbox}
    page = client.post(path, fields, follow=True).content.decode()
    assert "Muted: “Promos” and “Gifts”." in page
    assert [status(one) for one in rows] == ["ignored", "ignored", "ignored", "to_review"]
    [undo] = re.findall(r'action="([^"]+/mutes/end[^"]+)"', page)
    assert client.post(unescape(undo), {"next": inbox}).url == inbox
    assert {status(one) for one in rows} == {"to_review"}
    for wrong, words in (({"scope": "view"}, "Select the mentions"), ({"id": rows[3].pk}, "These items have none.")):
        assert words in client.post(path, {**fields, **wrong}, follow=True).content.decode()
    for number in range(21):
        make_mention(keyword, author=f"Author {number}")
    ids = list(Mention.objects.filter(keyword=keyword).values_list("pk", flat=True))
    assert "Mute up to 20" in client.post(path, {**fields, "id": ids}, follow=True).content.decode()
    assert client.post(path, {"kind": "planet"}).status_code == 400


def test_undo_of_several_mutes_leaves_one_that_existed_before(project, english_manager, as_person, keyword):
    client, inbox, path = as_person(english_manager), f"/p/{project.pk}/mentions", f"/p/{project.pk}/mutes/selected"
    former = make_mention(keyword, author="Promos")
    post(client, project, kind="author", mention=former.pk)
    client.get(inbox)  # shows its message
    later, other = make_mention(keyword, author="Promos"), make_mention(keyword, author="Gifts")
    fields = {"kind": "author", "id": [later.pk, other.pk], "next": inbox}
    page = client.post(path, fields, follow=True).content.decode()
    assert "Muted: “Promos” and “Gifts”." in page
    [undo] = re.findall(r'action="([^"]+/mutes/end[^"]+)"', page)
    client.post(unescape(undo), {"next": inbox})
    assert [status(one) for one in (former, other)] == ["ignored", "to_review"]
    client.get(inbox)
    page = client.post(path, {**fields, "id": later.pk}, follow=True).content.decode()
    assert "Muted: “Promos”." in page and "/mutes/end" not in page


def test_mute_that_existed_before_has_no_undo(project, english_manager, as_person, mention):
    client, inbox = as_person(english_manager), f"/p/{project.pk}/mentions"
    for number in (1, 0):
        post(client, project, kind="author", mention=mention.pk)
        page = client.get(inbox).content.decode()
        assert "“Karim” muted." in page and len(re.findall(r'action="[^"]+/end"', page)) == number


def test_author_with_several_names_is_muted_once(project, english_manager, as_person, keyword):
    url = "https://social.example/@promos"
    ids = [make_mention(keyword, author=f"Promos {number}", author_url=url).pk for number in range(21)]
    page = as_person(english_manager).post(
        f"/p/{project.pk}/mutes/selected",
        {"kind": "author", "id": ids, "next": f"/p/{project.pk}/mentions"},
        follow=True,
    )
    assert "Muted: “Promos 0”." in page.content.decode()
    assert Mute.objects.count() == 1


def test_mute_of_an_item_without_a_story_reads_no_other_items(project, english_manager, as_person, mention):
    client = as_person(english_manager)
    with CaptureQueriesContext(connection) as queries:
        post(client, project, kind="story", mention=mention.pk)
    assert not [one["sql"] for one in queries if '"story_id" IS NULL' in one["sql"]]
    assert "This item has none." in client.get(f"/p/{project.pk}/mentions").content.decode()


def test_muted_page_counts_what_it_links_to(project, english_manager, as_person, mention, keyword):
    client = as_person(english_manager)
    make_mention(make_keyword(project), mention.document)
    make_mention(keyword, url="https://blog.example/2", title="Second hidden")
    make_mention(keyword, url="https://blog.example/3", status="ignored", title="Ignored by hand")
    post(client, project, kind="domain", value="blog.example")
    page = client.get(f"/p/{project.pk}/settings/muted")
    row = page.context["rows"][0]
    assert (row.count, row.kind, row.mute.created_by) == (2, "Domain", english_manager)
    listed = client.get(f"/p/{project.pk}/mentions?{row.query}&counts=1")
    assert listed.context["count"].value == 2
    assert "Ignored by hand" not in listed.content.decode()


def test_unmute_gives_mentions_back(project, english_manager, as_person, mention):
    client = as_person(english_manager)
    post(client, project, kind="domain", value="https://blog.example/any")
    mute = Mute.objects.get()
    for words in ("unmuted", "already undone"):
        response = client.post(f"/p/{project.pk}/mutes/{mute.pk}/end", follow=True)
        assert words in response.content.decode()
        Mute.objects.get_or_create(
            pk=mute.pk, defaults={"project": project, "kind": "domain", "value": "x", "ended_at": mute.created_at}
        )
    assert status(mention) == "to_review"
    assert ActivityEntry.objects.get(action="mute.ended").target == "blog.example"


def test_muted_page_lists_older_mutes_by_keyset(project, viewer, as_person):
    Mute.objects.bulk_create(
        Mute(project=project, kind="domain", value=f"{n}.example", label=f"{n}.example") for n in range(51)
    )
    client = as_person(viewer)
    page = client.get(f"/p/{project.pk}/settings/muted")
    assert len(page.context["rows"]) == 50 and "Unmute" not in page.content.decode()
    older = client.get(f"/p/{project.pk}/settings/muted?before={page.context['next_before']}")
    assert [row.mute.label for row in older.context["rows"]] == ["0.example"]


@pytest.mark.parametrize("value", ["", "nonsense", "com", "http://", "a\0.example"])
def test_mute_of_invalid_domain_shows_error_at_field(project, english_manager, as_person, value):
    response = post(as_person(english_manager), project, kind="domain", value=value)
    assert response.status_code == 422
    assert "Enter a domain, such as example.com." in response.content.decode()
    assert not Mute.objects.exists()


def test_mute_of_item_without_author_says_so(project, english_manager, as_person, keyword):
    response = post(as_person(english_manager), project, kind="author", mention=make_mention(keyword).pk)
    assert response.status_code == 302 and not Mute.objects.exists()
