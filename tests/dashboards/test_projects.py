import pytest

from accounts.models import ActivityEntry, Membership, Project, User
from accounts.projects import create_project


def test_somebody_without_a_project_is_welcomed_and_makes_one(db, as_person):
    person = User.objects.create_user("new@example.com", "x", first_name="Nina")
    client = as_person(person)
    assert "Welcome, Nina" in client.get("/").content.decode()
    made = client.post("/projects/new", {"name": "  Café   Lumen "})
    project = Project.objects.get()
    assert made.url == f"/p/{project.id}/" and project.name == "Café Lumen"
    assert Membership.objects.get(user=person, project=project).role == "admin"
    assert ActivityEntry.objects.get().action == "project.created"


def test_a_nameless_project_is_refused_beside_the_field(owner, as_person):
    assert "This field is required." in as_person(owner).post("/projects/new", {"name": " "}).content.decode()


def test_the_front_door_leads_to_the_project_seen_last(project, owner, as_person):
    other = create_project(owner, "Another")
    client = as_person(owner)
    assert client.get("/").url == f"/p/{other.id}/"  # the first by name
    client.get(f"/p/{project.id}/settings")
    assert client.get("/").url == f"/p/{project.id}/"
    Membership.objects.filter(project=project).delete()
    assert client.get("/").url == f"/p/{other.id}/"


def test_a_project_is_renamed_and_it_is_written_down(project, owner, as_person):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/rename", {"name": "Lumen & Sœurs"}, follow=True).content.decode()
    assert "Lumen &amp; Sœurs" in page
    line = ActivityEntry.objects.get()
    assert (line.action, line.target, line.detail) == ("project.renamed", "Lumen & Sœurs", {"before": "Maison Lumen"})


def test_a_refused_name_stays_in_its_field_and_the_frame_keeps_the_old_one(project, owner, as_person):
    page = as_person(owner).post(f"/p/{project.id}/settings/rename", {"name": "x" * 101}).content.decode()
    assert "at most 100 characters" in page and "Maison Lumen" in page
    project.refresh_from_db()
    assert project.name == "Maison Lumen"


@pytest.mark.parametrize("typed", ["", "maison lumen", "Maison Lumens"])
def test_deleting_asks_for_the_name(project, owner, as_person, typed):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/delete", {"name": typed}).content.decode()
    assert "That isn’t the project name" in page or "This field is required." in page
    assert client.get(f"/p/{project.id}/settings").status_code == 200


def test_a_deleted_project_is_gone_for_everyone_at_once(project, owner, viewer, as_person):
    client = as_person(owner)
    page = client.post(f"/p/{project.id}/settings/delete", {"name": "Maison Lumen"}, follow=True).content.decode()
    assert "Project “Maison Lumen” deleted." in page and "Create a project" in page
    for person in (owner, viewer):
        assert as_person(person).get(f"/p/{project.id}/settings").status_code == 404


def test_either_apostrophe_is_the_name_of_a_project_to_delete(project, owner, as_person):
    project.name = "L’été"
    project.save()
    client = as_person(owner)
    client.post(f"/p/{project.id}/settings/delete", {"name": "L'été"})
    assert client.get(f"/p/{project.id}/settings").status_code == 404
