"""Columns: saved views side by side, their order per person, and the one request that reads them again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.services.triage import set_assignee, set_status
from tests.factories import make_keyword, make_mention, make_mentions
from workplace.columns import columns_of, set_columns
from workplace.models import SavedView


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
    return [view.name for view in columns_of(user, project.pk)]


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
    assert change(client, project, view=[views[1].pk, views[0].pk, 0]).status_code == 204
    assert names(manager, project) == ["Replied", "All"]


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


def test_refresh_takes_as_many_queries_for_many_columns_as_for_one(project, manager, client, keyword):
    make_mentions(keyword, 5)

    def queries(count):
        made = [
            SavedView.objects.create(project=project, owner=manager, name=f"{count} {n}", query="period=7d")
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
