import pytest

from accounts.models import ActivityEntry, Membership, Project, User
from accounts.projects import create_project
from tests.pages import words


def test_home_welcomes_people_without_project(db, as_person):
    person = User.objects.create_user("new@example.com", "x", first_name="Nina")
    client = as_person(person)
    assert "Welcome, Nina" in words(client.get("/"))
    made = client.post("/projects/new", {"name": "  Café   Lumen "})
    project = Project.objects.get()
    assert made.url == f"/p/{project.id}/setup" and project.name == "Café Lumen"
    assert Membership.objects.get(user=person, project=project).role == "admin"
    assert ActivityEntry.objects.get().action == "project.created"


def test_project_form_rejects_empty_name(owner, as_person):
    assert "This field is required." in as_person(owner).post("/projects/new", {"name": " "}).content.decode()


def test_home_redirects_to_last_visited_project(project, owner, as_person):
    other = create_project(owner, "Another")
    client = as_person(owner)
    assert client.get("/").url == f"/p/{other.id}/"  # the first by name
    client.get(f"/p/{project.id}/settings")
    assert client.get("/").url == f"/p/{project.id}/"
    Membership.objects.filter(project=project).delete()
    assert client.get("/").url == f"/p/{other.id}/"


def test_project_rename_is_stored_and_logged(project, owner, as_person):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/rename", {"name": "Lumen & Sœurs"}, follow=True).content.decode()
    assert "Lumen &amp; Sœurs" in page
    line = ActivityEntry.objects.get()
    assert (line.action, line.target, line.detail) == ("project.renamed", "Lumen & Sœurs", {"before": "Maison Lumen"})


def test_rejected_name_stays_in_the_form_only(project, owner, as_person):
    page = as_person(owner).post(f"/p/{project.id}/settings/rename", {"name": "x" * 101}).content.decode()
    assert "at most 100 characters" in page and "Maison Lumen" in page
    project.refresh_from_db()
    assert project.name == "Maison Lumen"


@pytest.mark.parametrize("typed", ["", "maison lumen", "Maison Lumens"])
def test_project_delete_requires_its_name(project, owner, as_person, typed):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/delete", {"name": typed}).content.decode()
    assert "That isn’t the project name" in page or "This field is required." in page
    assert client.get(f"/p/{project.id}/settings").status_code == 200


def test_deleted_project_returns_404_to_all_members(project, owner, viewer, as_person):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/delete", {"name": "Maison Lumen"}, follow=True).content.decode()
    assert "Project “Maison Lumen” deleted." in page and "Create a project" in page
    for person in (owner, viewer):
        assert as_person(person).get(f"/p/{project.id}/settings").status_code == 404


def test_project_delete_accepts_straight_and_curly_apostrophe(project, owner, as_person):
    project.name = "L’été"
    project.save()
    client = as_person(owner)
    client.post(f"/p/{project.id}/settings/delete", {"name": "L'été"})
    assert client.get(f"/p/{project.id}/settings").status_code == 404
