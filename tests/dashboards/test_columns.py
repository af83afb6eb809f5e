"""Columns: saved views side by side, their order per person, and the one request that reads them again."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Document, Mention, Triage
from monitoring.services import triage
from monitoring.services.triage import set_assignee, set_status
from monitoring.services.triage_operations import AddTags
from tests.factories import make_keyword, make_mention, make_mentions, make_story
from tests.racing import start_until_blocked
from workplace.columns import columns_of, set_columns
from workplace.models import SavedView
from workplace.notes import create_note


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def views(project, manager):
    queries = {"All": "period=7d", "Replied": "period=7d&status=replied", "Search": "period=7d&q=lumen"}
    return [
        SavedView.objects.create(project=project, owner=manager, name=name, query=query, is_shared=True)
        for name, query in queries.items()
    ]


@pytest.fixture
def client(english_manager, as_person):
    return as_person(english_manager)


def names(user, project):
    return [column.view.name for column in columns_of(user, project.pk)]


def change(client, project, **data):
    return client.post(f"/p/{project.pk}/columns/change", data)


def marks(response):
    return [f"{column.view.pk}.{column.mark}" for column in response.context["columns"]]


def test_columns_are_added_moved_and_removed(project, manager, client, views):
    for view in views:
        change(client, project, add=view.pk)
    change(client, project, left=views[2].pk)
    assert names(manager, project) == ["All", "Search", "Replied"]
    change(client, project, right=views[0].pk)
    change(client, project, remove=views[1].pk)
    assert names(manager, project) == ["Search", "All"]
    assert change(client, project, view=[views[0].pk, views[2].pk, 0]).status_code == 204
    assert names(manager, project) == ["All", "Search"]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_add_a_column_at_the_same_time_keep_both(project, manager, client, views):
    with transaction.atomic():
        change(client, project, add=views[0].pk)
        added = start_until_blocked(lambda: change(client, project, add=views[1].pk))
    added.result()
    assert names(manager, project) == ["All", "Replied"]
    with transaction.atomic():
        change(client, project, add=views[2].pk)
        removed = start_until_blocked(lambda: change(client, project, remove=views[0].pk))
    removed.result()
    assert names(manager, project) == ["Replied", "Search"]


def test_order_of_a_tab_leaves_columns_that_another_tab_added_or_removed(project, manager, client, views):
    set_columns(project, manager, [views[0].pk, views[1].pk])
    change(client, project, add=views[2].pk)
    change(client, project, view=[views[1].pk, views[0].pk])
    assert names(manager, project) == ["Replied", "All", "Search"]
    change(client, project, remove=views[0].pk)
    change(client, project, view=[views[2].pk, views[0].pk, views[1].pk])
    assert names(manager, project) == ["Search", "Replied"]


def test_paused_column_is_remembered_and_not_refreshed(project, manager, client, keyword, views):
    set_columns(project, manager, [view.pk for view in views[:2]])
    change(client, project, pause=views[0].pk)
    address = f"/p/{project.pk}/columns"
    page = client.get(address)
    assert [column.is_paused for column in page.context["columns"]] == [True, False]
    make_mention(keyword)
    assert client.get(address, {"mark": "0.x"}).context["columns"][0].view == views[1]
    change(client, project, view=[views[1].pk, views[0].pk])
    assert [column.is_paused for column in client.get(address).context["columns"]] == [False, True]
    change(client, project, resume=views[0].pk)
    assert not any(column.is_paused for column in client.get(address).context["columns"])


@pytest.mark.django_db(transaction=True)
def test_pause_stays_when_another_tab_moves_a_column_at_the_same_time(project, manager, client, views):
    set_columns(project, manager, [view.pk for view in views])
    with transaction.atomic():
        change(client, project, pause=views[0].pk)
        moved = start_until_blocked(lambda: change(client, project, left=views[2].pk))
    moved.result()
    assert names(manager, project) == ["All", "Search", "Replied"]
    assert [column.is_paused for column in columns_of(manager, project.pk)] == [True, False, False]
    with transaction.atomic():
        change(client, project, left=views[2].pk)
        resumed = start_until_blocked(lambda: change(client, project, resume=views[0].pk))
    resumed.result()
    assert names(manager, project) == ["Search", "All", "Replied"]
    assert not any(column.is_paused for column in columns_of(manager, project.pk))


def test_columns_are_remembered_per_person_and_skip_views_they_no_longer_see(
    project, manager, viewer, client, as_person, views
):
    change(client, project, add=views[0].pk)
    change(as_person(viewer), project, add=views[1].pk)
    assert (names(manager, project), names(viewer, project)) == (["All"], ["Replied"])
    SavedView.objects.update(is_shared=False)
    assert names(viewer, project) == []
    change(as_person(viewer), project, add=views[0].pk)
    assert names(viewer, project) == []


def test_columns_show_the_mentions_of_their_lists_newest_first(project, manager, client, keyword, views):
    make_mentions([keyword, make_keyword(project)], 3)
    make_mention(keyword, title="Answered", status="replied")
    set_columns(project, manager, [view.pk for view in views])
    page = client.get(f"/p/{project.pk}/columns")
    for column in page.context["columns"]:
        listed = client.get(f"/p/{project.pk}/mentions?{column.query}").context["rows"]
        assert [row.document.pk for row in column.rows] == [row.document.pk for row in listed]
    assert [len(column.rows) for column in page.context["columns"]] == [4, 1, 4]


def test_column_of_my_mentions_shows_those_assigned_to_the_person(project, manager, client, keyword):
    mine, _other = make_mentions(keyword, 2)
    set_assignee(project, None, [mine.pk], manager)
    view = SavedView.objects.create(project=project, owner=manager, name="Mine", query="period=7d&assignee=me")
    set_columns(project, manager, [view.pk])
    [column] = client.get(f"/p/{project.pk}/columns").context["columns"]
    assert [row.document.pk for row in column.rows] == [mine.document_id]


def test_column_of_a_view_by_urgency_lists_the_most_urgent_first_and_follows(project, manager, client, keyword):
    now = timezone.now()
    waiting = make_mentions(keyword, [{"title": f"Waiting {n}", "status": "needs_reply"} for n in range(3)])
    for mention, hours in zip(waiting, (5, -2, 9), strict=True):
        due_at = now + timedelta(hours=hours)
        Triage.objects.create(document=mention.document, project=project, due_at=due_at)
    query = "period=7d&status=needs_reply&stories=fold&order=urgency"
    view = SavedView.objects.create(project=project, owner=manager, name="Urgent", query=query)
    set_columns(project, manager, [view.pk])

    page = client.get(f"/p/{project.pk}/columns")
    [column] = page.context["columns"]
    assert [row.document.title for row in column.rows] == ["Waiting 1", "Waiting 0", "Waiting 2"]
    assert "Most urgent first" in page.content.decode()
    listed = client.get(f"/p/{project.pk}/mentions?{column.query}").context["rows"]
    assert [row.id for row in column.rows] == [row.id for row in listed]

    seen = marks(page)
    assert client.get(f"/p/{project.pk}/columns", {"mark": seen}).context["columns"] == []
    Triage.objects.filter(document=waiting[2].document).update(due_at=now - timedelta(hours=8))
    make_mention(keyword, title="Newest", status="needs_reply", sentiment="positive")
    [column] = client.get(f"/p/{project.pk}/columns", {"mark": seen}).context["columns"]
    assert [row.document.title for row in column.rows] == ["Waiting 2", "Waiting 1", "Waiting 0", "Newest"]


def test_refresh_returns_only_columns_that_changed(project, manager, client, keyword, views):
    mention = make_mention(keyword)
    set_columns(project, manager, [view.pk for view in views[:2]])
    address = f"/p/{project.pk}/columns"
    seen = marks(client.get(address))
    assert client.get(address, {"mark": seen}).context["columns"] == []
    make_mention(keyword, title="New one")
    fresh = client.get(address, {"mark": seen})
    assert [column.view for column in fresh.context["columns"]] == [views[0]]
    assert "New one" in fresh.content.decode() and "<html" not in fresh.content.decode()
    set_status(project, manager, [mention.pk], "replied")
    assert [column.view for column in client.get(address, {"mark": seen}).context["columns"]] == views[:2]


def test_column_rows_are_as_complete_as_those_of_the_list(project, manager, client, keyword):
    now = timezone.now()
    story = make_story(keyword, [{"published": now - timedelta(hours=n + 1), "title": f"Copy {n}"} for n in range(3)])
    first = Mention.objects.filter(story=story).order_by("published").first()
    set_assignee(project, None, [first.pk], manager)
    triage.change(project, None, [first.pk], AddTags(["recall"]))
    create_note(project, manager, first.document_id, "Call them.")
    queries = ("period=7d&stories=fold", "period=7d&stories=fold&q=copy", "period=7d&stories=fold&order=urgency")
    views = [SavedView.objects.create(project=project, owner=manager, name=query, query=query) for query in queries]
    set_columns(project, manager, [view.pk for view in views])
    page = client.get(f"/p/{project.pk}/columns")
    for column in page.context["columns"]:
        [row] = column.rows
        [listed] = client.get(f"/p/{project.pk}/mentions?{column.query}").context["rows"]
        assert (row.id, row.others, row.work) == (listed.id, listed.others, listed.work) and row.others == 2
    html = page.content.decode()
    assert html.count(f'href="/p/{project.pk}/stories/{story.pk}?') == 3
    for words in ("and 2 more", "recall", "1 internal note", f"assigned to {manager.name}", keyword.name):
        assert words in html


def test_refresh_notices_reprints_and_what_people_do(project, manager, client, keyword):
    story = make_story(keyword, 2)
    view = SavedView.objects.create(project=project, owner=manager, name="All", query="period=7d&stories=fold")
    set_columns(project, manager, [view.pk])
    address = f"/p/{project.pk}/columns"
    seen = marks(client.get(address))
    late = make_mention(keyword, title="A reprint")
    Document.objects.filter(pk=late.document_id).update(story=story)
    Mention.objects.filter(pk=late.pk).update(story=story)
    fresh = client.get(address, {"mark": seen})
    assert "and 2 more" in fresh.content.decode()
    seen = marks(fresh)
    assert client.get(address, {"mark": seen}).context["columns"] == []
    set_assignee(project, None, list(Mention.objects.values_list("pk", flat=True)), manager)
    assert f"assigned to {manager.name}" in client.get(address, {"mark": seen}).content.decode()


def test_refresh_takes_as_many_queries_for_many_columns_as_for_one(project, manager, client, keyword):
    make_mentions(keyword, 5)
    make_story(keyword, 3)

    def queries(count):
        made = [
            SavedView.objects.create(
                project=project, owner=manager, name=f"{count} {n}", query="period=7d&stories=fold"
            )
            for n in range(count)
        ]
        set_columns(project, manager, [view.pk for view in made])
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/p/{project.pk}/columns", {"mark": "0.x"})
        return len(captured)

    client.get(f"/p/{project.pk}/columns")  # stores the last project in the session
    assert queries(1) == queries(40)


def test_columns_page_without_views_leads_to_mentions(project, client):
    page = client.get(f"/p/{project.pk}/columns").content.decode()
    assert "No columns yet" in page and f'href="/p/{project.pk}/mentions"' in page
