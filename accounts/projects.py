"""Making and renaming projects, each with its audit line. Called by pages, the API, commands and the sample world."""

from django.db import transaction

from accounts.access import membership_of
from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User


def tidy(name: str) -> str:
    """One line without stray spaces: names stand in the subjects of emails."""
    return " ".join(name.split())


@transaction.atomic
def create_project(user: User, name: str, *, is_sample: bool = False) -> Project:
    """Make a project with its first admin."""
    project = Project.objects.create(name=tidy(name), is_sample=is_sample)
    Membership.objects.create(project=project, user=user, role=Role.ADMIN)
    record(project, user, "project.created", project)
    return project


@transaction.atomic
def rename_project(project: Project, user: User, name: str) -> None:
    before, project.name = project.name, tidy(name)
    if project.name == before:
        return
    project.save(update_fields=["name"])
    record(project, user, "project.renamed", project, before=before)


def hold_people(project: Project) -> None:
    """Let one change to a project's people happen at a time, until the transaction ends.

    Two admins who demote each other, or both leave, at the same moment would otherwise each still see the other.
    NO KEY: storing documents, which only refer to the project's key, goes on meanwhile.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def hold_people_as_admin(project: Project, actor: User) -> None:
    """hold_people, for an actor who must still be an admin when their turn comes."""
    hold_people(project)
    membership_of(actor, project.pk, Role.ADMIN)
