"""The link of an invitation: it leads to sign-up, to sign-in, or to a button that accepts."""

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
    """GET shows the invitation, POST accepts it. The token in the link proves access to the mailbox."""
    found = invitations.find(token)
    if not invitations.is_open(found, timezone.now()):
        return _closed(request, found)
    if request.user.is_authenticated:
        return _accept(request, found, request.user)
    if not User.objects.filter(email=found.email).exists():
        request.session[INVITATION_KEY] = token
        return redirect("account_signup")
    return render(request, "accounts/invitation.html", {"invitation": found, "state": "sign_in"})


def _accept(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    is_theirs = found.email.lower() == user.email.lower()
    if request.method == "POST" and is_theirs:
        membership = invitations.accept(found.pk, user, timezone.now())
        if membership is None:  # accepted or revoked since the page was opened
            return redirect(request.path)
        messages.success(request, _("Welcome to “%(project)s”.") % {"project": membership.project})
        return redirect("overview", membership.project_id)
    state = "accept" if is_theirs else "someone_else"
    return render(request, "accounts/invitation.html", {"invitation": found, "state": state})


def _closed(request: HttpRequest, found: Invitation | None) -> HttpResponse:
    if found is None:
        return render(request, "accounts/invitation.html", {"state": "unknown"}, status=404)
    state = "used" if found.accepted_at else "expired"
    return render(request, "accounts/invitation.html", {"invitation": found, "state": state}, status=410)
