"""Saving a filter from the mentions, the page of saved views, and their list in the rail."""

import pytest

from tests.factories import make_keyword, make_mentions
from workplace.models import SavedView


@pytest.fixture
def client(english_manager, as_person):
    return as_person(english_manager)


@pytest.fixture
def view(project, manager):
    return SavedView.objects.create(project=project, owner=manager, name="Replied", query="period=7d&status=replied")


def test_mentions_page_saves_its_filter(project, client):
    address = f"/p/{project.pk}/mentions?status=replied&period=30d"
    page = client.get(address).content.decode()
    assert 'name="query" value="period=30d&amp;status=replied"' in page
    data = {"name": "Replied", "query": "period=30d&status=replied", "is_shared": "on", "next": address}
    response = client.post(f"/p/{project.pk}/views/new", data, follow=True)
    assert "View “Replied” saved." in response.content.decode()
    view = SavedView.objects.get()
    assert (view.query, view.is_shared) == ("period=30d&status=replied", True)


def test_saving_a_second_view_with_the_same_name_says_so(project, client, view):
    response = client.post(f"/p/{project.pk}/views/new", {"name": "replied", "query": ""}, follow=True)
    assert "You already have a view with this name." in response.content.decode()
    assert SavedView.objects.count() == 1


def test_rail_lists_views_with_counts(project, client, view):
    make_mentions(make_keyword(project), [{"status": "replied"}] * 3)
    assert f'hx-get="/p/{project.pk}/views/rail"' in client.get(f"/p/{project.pk}/keywords").content.decode()
    rail = client.get(f"/p/{project.pk}/views/rail").content.decode()
    assert f'href="/p/{project.pk}/mentions?period=7d&amp;status=replied"' in rail
    assert '<span class="rail-count">3\n' in rail


def test_views_page_renames_shares_and_deletes_own_view(project, client, view):
    client.post(f"/p/{project.pk}/views/{view.pk}", {"name": "Done", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("Done", True, "period=7d&status=replied")
    page = client.get(f"/p/{project.pk}/views").content.decode()
    assert "Done" in page and "Shared" in page
    client.post(f"/p/{project.pk}/views/{view.pk}/delete")
    assert "No saved views yet" in client.get(f"/p/{project.pk}/views").content.decode()


def test_views_page_shows_private_views_to_nobody_else(project, viewer, owner, as_person, view):
    assert "Replied" not in as_person(viewer).get(f"/p/{project.pk}/views").content.decode()
    assert as_person(owner).post(f"/p/{project.pk}/views/{view.pk}/delete").status_code == 404
    SavedView.objects.update(is_shared=True)
    assert "Delete view" not in as_person(viewer).get(f"/p/{project.pk}/views").content.decode()
    assert as_person(owner).post(f"/p/{project.pk}/views/{view.pk}/delete").status_code == 302
