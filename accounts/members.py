"""Changes to the members of a project, which always keeps at least one admin. Called by dashboards/views/.

Each function first locks the project's members (accounts/projects.py explains the race), writes to the activity log in
the same transaction, and returns False if it would remove the last admin.
"""

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User
from accounts.projects import lock_members, lock_members_as_admin


@transaction.atomic
def change_role(project: Project, actor: User, member_id: int, role: str) -> bool:
    lock_members_as_admin(project, actor)
    member = _member(project, id=member_id)
    if role != Role.ADMIN and _is_last_admin(member):
        return False
    if member.role != role:
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        record(project, actor, "member.role_changed", member.user.email, before=before, after=role)
    return True


@transaction.atomic
def remove_member(project: Project, actor: User, member_id: int) -> bool:
    lock_members_as_admin(project, actor)
    return _remove(_member(project, id=member_id), actor, "member.removed")


@transaction.atomic
def leave_project(project: Project, user: User) -> bool:
    lock_members(project)
    return _remove(_member(project, user=user), user, "member.left")


def _member(project: Project, **which: object) -> Membership:
    return get_object_or_404(project.memberships.select_related("user"), **which)


def _remove(member: Membership, actor: User, action: str) -> bool:
    if _is_last_admin(member):
        return False
    record(member.project, actor, action, member.user.email, role=member.role)
    member.delete()
    return True


def _is_last_admin(member: Membership) -> bool:
    others = Membership.objects.filter(project_id=member.project_id, role=Role.ADMIN).exclude(pk=member.pk)
    return member.role == Role.ADMIN and not others.exists()
