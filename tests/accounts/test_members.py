import pytest
from django.core.exceptions import PermissionDenied

from accounts.members import change_role, leave_project, remove_member
from accounts.models import ActivityEntry, Membership, Role
from tests.conftest import _person
from tests.racing import race


def role_of(user, project):
    return Membership.objects.filter(user=user, project=project).values_list("role", flat=True).first()


def member_id(user, project):
    return Membership.objects.get(user=user, project=project).id


def last_action(project):
    line = ActivityEntry.objects.filter(project=project).order_by("id").last()
    return line and (line.action, line.target)


def test_an_admin_changes_a_role_and_it_is_written_down(project, owner, viewer, as_person):
    address = f"/p/{project.id}/members/{member_id(viewer, project)}/role"
    as_person(owner).post(address, {"role": "manager"})
    assert role_of(viewer, project) == "manager"
    line = ActivityEntry.objects.get()
    assert (line.action, line.target, line.user) == ("member.role_changed", "vera@example.com", owner)
    assert line.detail == {"before": "viewer", "after": "manager"}


def test_an_unknown_role_is_refused(project, owner, viewer, as_person):
    address = f"/p/{project.id}/members/{member_id(viewer, project)}/role"
    page = as_person(owner).post(address, {"role": "emperor"}, follow=True).content.decode()
    assert "Choose a role." in page
    assert role_of(viewer, project) == "viewer"


def test_a_removed_member_sees_the_project_no_more(project, owner, viewer, as_person):
    client = as_person(viewer)
    assert client.get(f"/p/{project.id}/settings").status_code == 200
    as_person(owner).post(f"/p/{project.id}/members/{member_id(viewer, project)}/remove")
    assert client.get(f"/p/{project.id}/settings").status_code == 404
    assert last_action(project) == ("member.removed", "vera@example.com")


def test_a_viewer_leaves_and_is_back_at_the_welcome_page(project, owner, viewer, as_person):
    client = as_person(viewer)
    page = client.post(f"/p/{project.id}/settings/leave", follow=True).content.decode()
    assert "You left “Maison Lumen”." in page and "Create a project" in page
    assert last_action(project) == ("member.left", "vera@example.com")


@pytest.mark.parametrize("way", ["leave", "remove", "role"])
def test_the_last_admin_stays(project, owner, manager, as_person, way):
    mine = member_id(owner, project)
    address = {"leave": "settings/leave", "remove": f"members/{mine}/remove", "role": f"members/{mine}/role"}[way]
    page = as_person(owner).post(f"/p/{project.id}/{address}", {"role": "viewer"}, follow=True).content.decode()
    assert "A project needs at least one admin" in page
    assert role_of(owner, project) == "admin"
    assert last_action(project) is None


def test_an_admin_may_go_once_another_is_there(project, owner, manager, as_person):
    client = as_person(owner)
    client.post(f"/p/{project.id}/members/{member_id(manager, project)}/role", {"role": "admin"})
    client.post(f"/p/{project.id}/settings/leave")
    assert (role_of(owner, project), role_of(manager, project)) == (None, "admin")


def test_the_page_offers_a_viewer_nothing_that_changes_the_project(project, owner, viewer, as_person):
    page = as_person(viewer).get(f"/p/{project.id}/settings").content.decode()
    assert "ada@example.com" in page
    for word in ("/rename", "/role", "/remove", "/invitations", "/delete"):
        assert word not in page


def test_a_member_of_another_project_cannot_be_reached_through_ones_own(project, owner, stranger, as_person):
    theirs = stranger.memberships.get()
    client = as_person(owner)
    assert client.post(f"/p/{project.id}/members/{theirs.id}/remove").status_code == 404
    assert client.post(f"/p/{project.id}/members/{theirs.id}/role", {"role": "viewer"}).status_code == 404
    assert role_of(stranger, theirs.project) == "admin"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_admins_who_leave_at_once_do_not_both_get_out(project, owner, attempt):
    second = _person("ben@example.com", project, "admin")
    answers = race(lambda: leave_project(project, owner), lambda: leave_project(project, second))
    assert sorted(answers) == [False, True]
    assert project.memberships.filter(role=Role.ADMIN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one(project, owner):
    second = _person("ben@example.com", project, "admin")
    first_id, second_id = member_id(owner, project), member_id(second, project)
    answers = race(
        lambda: change_role(project, owner, second_id, Role.VIEWER),
        lambda: remove_member(project, second, first_id),
    )
    # Whoever came second was no longer an admin, or not even a member.
    assert sorted(type(answer).__name__ for answer in answers) in (["Http404", "bool"], ["PermissionDenied", "bool"])
    assert project.memberships.filter(role=Role.ADMIN).count() == 1


def test_an_admin_demoted_meanwhile_can_change_nothing(project, owner, manager):
    with pytest.raises(PermissionDenied):
        change_role(project, manager, member_id(owner, project), Role.VIEWER)
