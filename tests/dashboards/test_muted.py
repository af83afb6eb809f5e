"""Muting from a mention, and the Muted page with its undo."""

import pytest

from accounts.models import ActivityEntry
from monitoring.models import Mention, Mute
from tests.factories import make_keyword, make_mention, make_source


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


def test_muted_page_counts_what_it_links_to(project, english_manager, as_person, mention, keyword):
    client = as_person(english_manager)
    make_mention(make_keyword(project), mention.document)
    make_mention(keyword, url="https://blog.example/2", title="Second hidden")
    make_mention(keyword, url="https://blog.example/3", status="ignored", title="Ignored by hand")
    post(client, project, kind="domain", value="blog.example")
    page = client.get(f"/p/{project.pk}/settings/muted")
    row = page.context["rows"][0]
    assert (row.count, row.kind, row.mute.created_by) == (2, "Domain", english_manager)
    listed = client.get(f"/p/{project.pk}/mentions?{row.query}")
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
