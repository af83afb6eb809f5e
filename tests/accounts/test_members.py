"""Role changes, removals and departures of members."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.members import change_role, leave_project, remove_member
from accounts.models import ActivityEntry, Membership, Role
from tests.conftest import make_person
from tests.racing import race


def role_of(user, project):
    return Membership.objects.filter(user=user, project=project).values_list("role", flat=True).first()


def member_id(user, project):
    return Membership.objects.get(user=user, project=project).id


def last_action(project):
    entry = ActivityEntry.objects.filter(project=project).order_by("id").last()
    return entry and (entry.action, entry.target)


def test_role_change_is_recorded_in_activity_log(project, owner, viewer, as_person):
    address = f"/p/{project.id}/members/{member_id(viewer, project)}/role"
    as_person(owner).post(address, {"role": "manager"})
    assert role_of(viewer, project) == "manager"
    entry = ActivityEntry.objects.get()
    assert (entry.action, entry.target, entry.user) == ("member.role_changed", "vera@example.com", owner)
    assert entry.detail == {"before": "viewer", "after": "manager"}


def test_role_change_rejects_unknown_role(project, owner, viewer, as_person):
    address = f"/p/{project.id}/members/{member_id(viewer, project)}/role"
    page = as_person(owner).post(address, {"role": "emperor"}, follow=True).content.decode()
    assert "Choose a role." in page
    assert role_of(viewer, project) == "viewer"


def test_removed_member_gets_404(project, owner, viewer, as_person):
    client = as_person(viewer)
    assert client.get(f"/p/{project.id}/settings").status_code == 200
    as_person(owner).post(f"/p/{project.id}/members/{member_id(viewer, project)}/remove")
    assert client.get(f"/p/{project.id}/settings").status_code == 404
    assert last_action(project) == ("member.removed", "vera@example.com")


def test_leaving_last_project_shows_welcome_page(project, owner, viewer, as_person):
    client = as_person(viewer)
    page = client.post(f"/p/{project.id}/settings/leave", follow=True).content.decode()
    assert "You left “Maison Lumen”." in page and "Create a project" in page
    assert last_action(project) == ("member.left", "vera@example.com")


@pytest.mark.parametrize("way", ["leave", "remove", "role"])
def test_last_admin_cannot_leave_or_be_removed_or_demoted(project, owner, manager, as_person, way):
    own_id = member_id(owner, project)
    address = {"leave": "settings/leave", "remove": f"members/{own_id}/remove", "role": f"members/{own_id}/role"}[way]
    page = as_person(owner).post(f"/p/{project.id}/{address}", {"role": "viewer"}, follow=True).content.decode()
    assert "A project needs at least one admin" in page
    assert role_of(owner, project) == "admin"
    assert last_action(project) is None


def test_admin_can_leave_when_another_admin_exists(project, owner, manager, as_person):
    client = as_person(owner)
    client.post(f"/p/{project.id}/members/{member_id(manager, project)}/role", {"role": "admin"})
    client.post(f"/p/{project.id}/settings/leave")
    assert (role_of(owner, project), role_of(manager, project)) == (None, "admin")


def test_settings_page_shows_viewer_no_changes(project, owner, viewer, as_person):
    page = as_person(viewer).get(f"/p/{project.id}/settings").content.decode()
    assert "ada@example.com" in page
    for word in ("/rename", "/role", "/remove", "/invitations", "/delete"):
        assert word not in page


def test_member_of_another_project_returns_404(project, owner, stranger, as_person):
    membership = stranger.memberships.get()
    client = as_person(owner)
    assert client.post(f"/p/{project.id}/members/{membership.id}/remove").status_code == 404
    assert client.post(f"/p/{project.id}/members/{membership.id}/role", {"role": "viewer"}).status_code == 404
    assert role_of(stranger, membership.project) == "admin"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_concurrent_leaves_keep_one_admin(project, owner, attempt):
    second = make_person("ben@example.com", project, "admin")
    results = race(lambda: leave_project(project, owner), lambda: leave_project(project, second))
    assert sorted(results) == [False, True]
    assert project.memberships.filter(role=Role.ADMIN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_mutual_demotions_keep_one_admin(project, owner):
    second = make_person("ben@example.com", project, "admin")
    first_id, second_id = member_id(owner, project), member_id(second, project)
    results = race(
        lambda: change_role(project, owner, second_id, Role.VIEWER),
        lambda: remove_member(project, second, first_id),
    )
    # The second person is no longer an admin, or no longer a member.
    assert sorted(type(result).__name__ for result in results) in (["Http404", "bool"], ["PermissionDenied", "bool"])
    assert project.memberships.filter(role=Role.ADMIN).count() == 1


def test_change_role_requires_admin_role_after_lock(project, owner, manager):
    with pytest.raises(PermissionDenied):
        change_role(project, manager, member_id(owner, project), Role.VIEWER)
