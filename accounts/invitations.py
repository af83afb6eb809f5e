"""Invitations: a place in a project kept for an email address, offered by a link that only its mailbox receives.

Only the token's digest is kept, so sending again makes a new link and ends the old one. The link is never shown to
the one who invites: whoever opens it may make the account of that address.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.activity_log import record
from accounts.models import INVITATION_LIFE, Invitation, Membership, Project, User, new_token, token_digest
from accounts.projects import hold_people, hold_people_as_admin


@transaction.atomic
def invite(project: Project, actor: User, email: str, role: str, now: datetime) -> bool:
    """Invite an address, or invite it again with another role. False when its owner is a member already."""
    hold_people_as_admin(project, actor)
    email = email.strip().lower()
    if project.memberships.filter(user__email=email).exists():
        return False
    project.invitations.filter(email__iexact=email, accepted_at=None).delete()
    _offer(Invitation(project=project, email=email, role=role), actor, now)
    record(project, actor, "invitation.sent", email, role=role)
    return True


@transaction.atomic
def resend(project: Project, actor: User, invitation_id: int, now: datetime) -> Invitation:
    hold_people_as_admin(project, actor)
    invitation = get_object_or_404(project.invitations, pk=invitation_id, accepted_at=None)
    _offer(invitation, actor, now)
    record(project, actor, "invitation.resent", invitation.email)
    return invitation


@transaction.atomic
def revoke(project: Project, actor: User, invitation_id: int) -> Invitation:
    hold_people_as_admin(project, actor)
    invitation = get_object_or_404(project.invitations, pk=invitation_id, accepted_at=None)
    record(project, actor, "invitation.revoked", invitation.email)
    invitation.delete()
    return invitation


def find(token: str) -> Invitation | None:
    """The invitation a link points to, whatever has become of it."""
    return Invitation.objects.select_related("project", "invited_by").filter(token_digest=token_digest(token)).first()


def is_open(invitation: Invitation | None, now: datetime) -> bool:
    return invitation is not None and invitation.accepted_at is None and invitation.expires_at > now


def hold_for_signup(token: str, now: datetime) -> Invitation | None:
    """The open invitation behind the link, safe from others until the transaction ends.

    None where its address has an account already.
    """
    invitation = _hold(token_digest=token_digest(token))
    if not is_open(invitation, now) or User.objects.filter(email=invitation.email).exists():
        return None
    return invitation


@transaction.atomic
def accept(invitation_id: int, user: User, now: datetime) -> Membership | None:
    """Take the place, if it is still open and kept for this user's address."""
    invitation = _hold(pk=invitation_id)
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


def _hold(**which: object) -> Invitation | None:
    """The invitation as it is once this transaction alone changes the project's people.

    So of two acceptances at once (a double click) the second finds it taken, and nobody joins a project while it is
    being deleted.
    """
    found = Invitation.objects.select_related("project").filter(**which).first()
    if found is None:
        return None
    hold_people(found.project)
    return Invitation.objects.select_related("project", "invited_by").filter(**which).first()


def _offer(invitation: Invitation, inviter: User, now: datetime) -> None:
    """Give the invitation a fresh link and send it; the message joins the transaction through the outbox."""
    token = new_token()
    invitation.token_digest = token_digest(token)
    invitation.invited_by = inviter
    invitation.expires_at = now + INVITATION_LIFE
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
