"""Where the link of an invitation leads: to the sign-up form, to sign-in, or to a button that accepts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import invitations
from accounts.models import Invitation, User
from accounts.views import INVITATION_KEY


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link is the key: whoever opens it has the mailbox, and may learn the names of inviter and project."""
    offer = invitations.find(token)
    if not invitations.is_open(offer, timezone.now()):
        return _closed(request, offer)
    if request.user.is_authenticated:
        return _for_member_to_be(request, offer, request.user)
    if not User.objects.filter(email=offer.email).exists():
        request.session[INVITATION_KEY] = token
        return redirect("account_signup")
    return render(request, "accounts/invitation.html", {"invitation": offer, "state": "sign_in"})


def _for_member_to_be(request: HttpRequest, offer: Invitation, user: User) -> HttpResponse:
    is_theirs = offer.email.lower() == user.email.lower()
    if request.method == "POST" and is_theirs:
        membership = invitations.accept(offer.pk, user, timezone.now())
        if membership is None:  # taken or withdrawn since the page was opened
            return redirect(request.path)
        messages.success(request, _("Welcome to “%(project)s”.") % {"project": membership.project})
        return redirect("overview", membership.project_id)
    state = "accept" if is_theirs else "someone_else"
    return render(request, "accounts/invitation.html", {"invitation": offer, "state": state})


def _closed(request: HttpRequest, offer: Invitation | None) -> HttpResponse:
    if offer is None:
        return render(request, "accounts/invitation.html", {"state": "unknown"}, status=404)
    state = "used" if offer.accepted_at else "expired"
    return render(request, "accounts/invitation.html", {"invitation": offer, "state": state}, status=410)
