"""Changes to the members and invitations of a project, by its admins. The page is views/project_settings.py."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import invitations, members
from accounts.access import SignedInRequest, project_view
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Membership, Role
from dashboards.views.project_settings import refuse_last_admin, settings_page


@project_view(Role.ADMIN)
@require_POST
def member_role(request: SignedInRequest, membership: Membership, member_id: int) -> HttpResponse:
    """POST `role`."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
        return redirect("project_settings", membership.project_id)
    if not members.change_role(membership.project, request.user, member_id, form.cleaned_data["role"]):
        return refuse_last_admin(request, membership)
    return _back(request, membership, _("Role changed."))


@project_view(Role.ADMIN)
@require_POST
def member_remove(request: SignedInRequest, membership: Membership, member_id: int) -> HttpResponse:
    """POST to remove a member."""
    if not members.remove_member(membership.project, request.user, member_id):
        return refuse_last_admin(request, membership)
    return _back(request, membership, _("Member removed from the project."))


@project_view(Role.ADMIN)
@require_POST
def invitation_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `email` and `role`."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        if sent := invitations.invite(membership.project, request.user, email, role, timezone.now()):
            return _sent(request, membership, sent)
        form.add_error("email", _("This person is already a member."))
    return settings_page(request, membership, invitation_form=form)


@project_view(Role.ADMIN)
@require_POST
def invitation_resend(request: SignedInRequest, membership: Membership, invitation_id: int) -> HttpResponse:
    """POST to send an invitation again, with a new link."""
    sent = invitations.resend(membership.project, request.user, invitation_id, timezone.now())
    return _sent(request, membership, sent)


@project_view(Role.ADMIN)
@require_POST
def invitation_revoke(request: SignedInRequest, membership: Membership, invitation_id: int) -> HttpResponse:
    """POST to revoke an invitation."""
    invitation = invitations.revoke(membership.project, request.user, invitation_id)
    text = _("Invitation for %(email)s revoked. Its link no longer works.")
    return _back(request, membership, text % {"email": invitation.email})


def _sent(request: SignedInRequest, membership: Membership, sent: invitations.SentInvitation) -> HttpResponse:
    """Say that the invitation was sent. Without a mail server, show its link, which a redirect would have to store."""
    if settings.EMAIL_URL:
        return _back(request, membership, _("Invitation sent to %(email)s.") % {"email": sent.email})
    response = settings_page(request, membership, new_invitation=sent)
    add_never_cache_headers(response)
    return response


def _back(request: SignedInRequest, membership: Membership, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("project_settings", membership.project_id)
