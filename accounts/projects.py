"""Create and rename projects, each with its entry in the activity log; lock a project's members.

Called by dashboards/, api/, management commands, and accounts/invitations.py and members.py for the lock.
"""

from django.db import transaction

from accounts.access import membership_of
from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User


def normalize_name(name: str) -> str:
    """Return the name on one line, without extra spaces, because email subjects contain it."""
    return " ".join(name.split())


@transaction.atomic
def create_project(user: User, name: str, *, is_sample: bool = False) -> Project:
    """Create a project with its first admin. A user has one sample project at most."""
    sample_of = user if is_sample else None
    project = Project.objects.create(name=normalize_name(name), is_sample=is_sample, sample_of=sample_of)
    Membership.objects.create(project=project, user=user, role=Role.ADMIN)
    record(project, user, "project.created", project)
    return project


@transaction.atomic
def rename_project(project: Project, user: User, name: str) -> None:
    """Rename a project."""
    before, project.name = project.name, normalize_name(name)
    if project.name == before:
        return
    project.save(update_fields=["name"])
    record(project, user, "project.renamed", project, before=before)


def active_members(project: Project) -> list[User]:
    """Return the people to whom mentions can be assigned, by name."""
    members = User.objects.filter(memberships__project=project, is_active=True)
    return sorted(members, key=lambda user: user.name.casefold())


def lock_members(project: Project) -> None:
    """Serialize changes to a project's members until the transaction ends.

    Closes the race of two admins who demote each other, or both leave, at the same time: each would still see the
    other. NO KEY: storing documents, which only reference the project's key, is not blocked.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def lock_members_as_admin(project: Project, actor: User) -> None:
    """Lock the members, then check that the actor is still an admin. Raises Http404 or PermissionDenied if not."""
    lock_members(project)
    membership_of(actor, project.pk, Role.ADMIN)
