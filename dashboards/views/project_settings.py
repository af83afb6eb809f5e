"""The settings of a project: its name, members and invitations, leaving and deleting it. Members read, admins change.

views/project_members.py changes members and invitations; both show the page by `settings_page`.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import members
from accounts.access import SignedInRequest, project_view
from accounts.forms import DeleteProjectForm, InvitationForm, ProjectForm
from accounts.models import Membership, Project, Role
from accounts.projects import rename_project
from assistant.endpoint import is_configured
from delivery.refused_addresses import refused_since
from provisioning.deletion import delete_project
from website.connecting import count_rejected


@project_view()
def project_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    return settings_page(request, membership)


@project_view(Role.ADMIN)
@require_POST
def project_rename(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `name`."""
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return settings_page(request, membership, rename_form=form)
    rename_project(membership.project, request.user, form.cleaned_data["name"])
    messages.success(request, _("Project renamed."))
    return redirect("project_settings", membership.project_id)


@project_view(Role.ADMIN)
def project_delete(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET asks for the project's name, POST deletes."""
    project = membership.project
    form = DeleteProjectForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        delete_project(project, request.user)
        messages.success(request, _("Project “%(project)s” deleted.") % {"project": project})
        return redirect("home")
    return render(request, "project_settings/delete.html", {"project": project, "form": form})


@project_view()
@require_POST
def project_leave(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to leave the project."""
    if not members.leave_project(membership.project, request.user):
        return refuse_last_admin(request, membership)
    messages.success(request, _("You left “%(project)s”.") % {"project": membership.project})
    return redirect("home")


def settings_page(request: SignedInRequest, membership: Membership, **forms: object) -> HttpResponse:
    """Return the page; `forms` are those with errors."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    people = list(project.memberships.select_related("user").order_by("user__first_name", "user__email"))
    open_invitations = project.invitations.filter(accepted_at=None).order_by("-created_at")
    refused = refused_since([member.user.email for member in people]) if is_admin else {}
    context = {
        "project": project,
        "is_admin": is_admin,
        "refused": {member.pk for member in people if member.user.email.lower() in refused},
        "may_see_channels": membership.may(Role.MANAGER),
        "is_last_admin": [member for member in people if member.role == Role.ADMIN] == [membership],
        "members": people,
        "roles": Role.choices,
        "invitations": list(open_invitations) if is_admin else [],
        "now": timezone.now(),
        "has_assistant": is_configured(),
        "rejected_websites": count_rejected(project) if is_admin else 0,
        "rename_form": ProjectForm(instance=Project(name=project.name)),
        "invitation_form": InvitationForm(),
        **forms,
    }
    return render(request, "project_settings/settings.html", context)


def refuse_last_admin(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Return to the page with the reason why the last admin cannot leave, be removed or lose the role."""
    messages.error(
        request,
        _("A project needs at least one admin. Make someone else an admin first, or delete the project."),
    )
    return redirect("project_settings", membership.project_id)
