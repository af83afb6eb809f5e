"""Sign-up with an invitation. The invitation page (dashboards/views/invitation.py) stores the token in the session."""

from allauth.account import views
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import invitations

INVITATION_KEY = "invitation"  # session key: the token of the link that this visitor opened


@transaction.atomic
def signup(request: HttpRequest) -> HttpResponse:
    """Show allauth's sign-up page if the visitor has an open invitation.

    One transaction, with the invitation locked: account, membership and activity entry are created together or not at
    all, and two concurrent submissions create one account.
    """
    token = request.session.get(INVITATION_KEY, "")
    invitation = invitations.lock_for_signup(token, timezone.now())
    request.invitation = invitation  # type: ignore[attr-defined]  # read by accounts/forms.py and accounts/adapter.py
    return views.signup(request)
