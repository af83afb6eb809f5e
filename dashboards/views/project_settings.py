"""The settings of a project: its name, its members, its invitations, and its end. Members read, admins change."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import invitations, members
from accounts.access import project_view
from accounts.forms import DeleteProjectForm, InvitationForm, ProjectForm, RoleForm
from accounts.models import Membership, Project, Role
from accounts.projects import rename_project
from provisioning.deletion import delete_project


@project_view()
def project_settings(request: HttpRequest, membership: Membership) -> HttpResponse:
    return _page(request, membership)


@require_POST
@project_view(Role.ADMIN)
def project_rename(request: HttpRequest, membership: Membership) -> HttpResponse:
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return _page(request, membership, rename_form=form)
    rename_project(membership.project, request.user, form.cleaned_data["name"])
    return _back(request, membership, _("Project renamed."))


@project_view(Role.ADMIN)
def project_delete(request: HttpRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    form = DeleteProjectForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        delete_project(project, request.user)
        messages.success(request, _("Project “%(project)s” deleted.") % {"project": project})
        return redirect("home")
    return render(request, "project_settings/delete.html", {"project": project, "form": form})


@require_POST
@project_view(Role.ADMIN)
def member_role(request: HttpRequest, membership: Membership, member_id: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _refuse(request, membership, _("Choose a role."))
    if not members.change_role(membership.project, request.user, member_id, form.cleaned_data["role"]):
        return _refuse_last_admin(request, membership)
    return _back(request, membership, _("Role changed."))


@require_POST
@project_view(Role.ADMIN)
def member_remove(request: HttpRequest, membership: Membership, member_id: int) -> HttpResponse:
    if not members.remove_member(membership.project, request.user, member_id):
        return _refuse_last_admin(request, membership)
    return _back(request, membership, _("Member removed from the project."))


@require_POST
@project_view()
def project_leave(request: HttpRequest, membership: Membership) -> HttpResponse:
    if not members.leave_project(membership.project, request.user):
        return _refuse_last_admin(request, membership)
    messages.success(request, _("You left “%(project)s”.") % {"project": membership.project})
    return redirect("home")


@require_POST
@project_view(Role.ADMIN)
def invitation_new(request: HttpRequest, membership: Membership) -> HttpResponse:
    form = InvitationForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        if invitations.invite(membership.project, request.user, email, role, timezone.now()):
            return _back(request, membership, _sent(email))
        form.add_error("email", _("This person is already a member."))
    return _page(request, membership, invitation_form=form)


@require_POST
@project_view(Role.ADMIN)
def invitation_resend(request: HttpRequest, membership: Membership, invitation_id: int) -> HttpResponse:
    invitation = invitations.resend(membership.project, request.user, invitation_id, timezone.now())
    return _back(request, membership, _sent(invitation.email))


@require_POST
@project_view(Role.ADMIN)
def invitation_revoke(request: HttpRequest, membership: Membership, invitation_id: int) -> HttpResponse:
    invitation = invitations.revoke(membership.project, request.user, invitation_id)
    text = _("Invitation for %(email)s revoked. Its link no longer works.")
    return _back(request, membership, text % {"email": invitation.email})


def _page(request: HttpRequest, membership: Membership, **forms: object) -> HttpResponse:
    project = membership.project
    people = list(project.memberships.select_related("user").order_by("user__first_name", "user__email"))
    admins = [member for member in people if member.role == Role.ADMIN]
    context = {
        "project": project,
        "is_admin": membership.role == Role.ADMIN,
        "is_last_admin": admins == [membership],
        "members": people,
        "roles": Role.choices,
        "invitations": _open_invitations(project) if membership.role == Role.ADMIN else [],
        "now": timezone.now(),
        "rename_form": ProjectForm(instance=Project(name=project.name)),
        "invitation_form": InvitationForm(),
        **forms,
    }
    return render(request, "project_settings/settings.html", context)


def _sent(email: str) -> str:
    if settings.EMAIL_URL:
        return _("Invitation sent to %(email)s.") % {"email": email}
    text = _(
        "The invitation for %(email)s is ready, but no mail server is configured. Your server "
        "admin can get the link from the delivery log."
    )
    return text % {"email": email}


def _open_invitations(project: Project) -> list:
    return list(project.invitations.filter(accepted_at=None).order_by("-created_at"))


def _back(request: HttpRequest, membership: Membership, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("project_settings", membership.project_id)


def _refuse(request: HttpRequest, membership: Membership, message: str) -> HttpResponse:
    messages.error(request, message)
    return redirect("project_settings", membership.project_id)


def _refuse_last_admin(request: HttpRequest, membership: Membership) -> HttpResponse:
    text = _("A project needs at least one admin. Make someone else an admin first, or delete the project.")
    return _refuse(request, membership, text)
