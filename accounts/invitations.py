"""Invitations: a membership offered to an email address, by a link that is sent only to that address.

Only a hash of the token is stored, so resending creates a new link and invalidates the old one. Anyone with the link
can create the account of that address, so the inviter sees it only, once, if no mail server is configured to send it.
Called by dashboards/views/.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.activity_log import record
from accounts.models import INVITATION_LIFETIME, Invitation, Membership, Project, User, new_token, token_digest
from accounts.projects import lock_members, lock_members_as_admin


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation with its link, which is stored nowhere but in its email."""

    email: str
    link: str


@transaction.atomic
def invite(project: Project, actor: User, email: str, role: str, now: datetime) -> SentInvitation | None:
    """Invite an address, or invite it again with another role. Return None if its owner is already a member."""
    lock_members_as_admin(project, actor)
    email = email.strip().lower()
    if project.memberships.filter(user__email=email).exists():
        return None
    project.invitations.filter(email__iexact=email, accepted_at=None).delete()
    sent = _send(Invitation(project=project, email=email, role=role), actor, now)
    record(project, actor, "invitation.sent", email, role=role)
    return sent


@transaction.atomic
def resend(project: Project, actor: User, invitation_id: int, now: datetime) -> SentInvitation:
    """Send an open invitation again, with a new link. Raises Http404 if there is none."""
    lock_members_as_admin(project, actor)
    invitation = get_object_or_404(project.invitations, pk=invitation_id, accepted_at=None)
    sent = _send(invitation, actor, now)
    record(project, actor, "invitation.resent", invitation.email)
    return sent


@transaction.atomic
def revoke(project: Project, actor: User, invitation_id: int) -> Invitation:
    """Revoke an open invitation: its link stops working. Raises Http404 if there is none."""
    lock_members_as_admin(project, actor)
    invitation = get_object_or_404(project.invitations, pk=invitation_id, accepted_at=None)
    record(project, actor, "invitation.revoked", invitation.email)
    invitation.delete()
    return invitation


def find(token: str) -> Invitation | None:
    """Return the invitation of a link: open, accepted or expired."""
    return Invitation.objects.select_related("project", "invited_by").filter(token_digest=token_digest(token)).first()


def is_open(invitation: Invitation | None, now: datetime) -> TypeGuard[Invitation]:
    return invitation is not None and invitation.accepted_at is None and invitation.expires_at > now


def lock_for_signup(token: str, now: datetime) -> Invitation | None:
    """Return the open invitation of a link, locked until the transaction ends; None if the address has an account."""
    invitation = _lock(token_digest=token_digest(token))
    if not is_open(invitation, now) or User.objects.filter(email=invitation.email).exists():
        return None
    return invitation


@transaction.atomic
def accept(invitation_id: int, user: User, now: datetime) -> Membership | None:
    """Make the user a member. Return None if the invitation is not open or is for another address."""
    invitation = _lock(pk=invitation_id)
    if not is_open(invitation, now) or invitation.email.lower() != user.email.lower():
        return None
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    membership, is_new = Membership.objects.select_related("project").get_or_create(
        project_id=invitation.project_id, user=user, defaults={"role": invitation.role}
    )
    if is_new:
        record(membership.project, user, "member.joined", user.email, role=membership.role)
    return membership


def _lock(**which: object) -> Invitation | None:
    """Return the invitation as it is after the project's members are locked.

    Closes two races: the second of two concurrent acceptances (a double click) finds the invitation accepted, and
    nobody joins a project while it is being deleted.
    """
    found = Invitation.objects.select_related("project").filter(**which).first()
    if found is None:
        return None
    lock_members(found.project)
    return Invitation.objects.select_related("project", "invited_by").filter(**which).first()


def _send(invitation: Invitation, inviter: User, now: datetime) -> SentInvitation:
    """Give the invitation a new link and send it. The outbox stores the message in the same transaction."""
    token = new_token()
    invitation.token_digest = token_digest(token)
    invitation.invited_by = inviter
    invitation.expires_at = now + INVITATION_LIFETIME
    invitation.save()
    guest = User.objects.filter(email=invitation.email).first()
    context = {
        "invitation": invitation,
        "inviter": inviter,
        "link": settings.BASE_URL + reverse("invitation", args=[token]),
        "has_account": guest is not None,
    }
    with translation.override((guest or inviter).language):
        subject = gettext("Vigie · Invitation to the project “%(project)s”") % {"project": invitation.project}
        text = render_to_string("emails/invitation.txt", context)
    EmailMessage(" ".join(subject.split()), text, to=[invitation.email]).send()
    return SentInvitation(invitation.email, str(context["link"]))
