"""Sign-up, for people who come with an invitation."""

from allauth.account import views
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import invitations

INVITATION_KEY = "invitation"  # in the session: the token of the link this visitor opened


@transaction.atomic
def signup(request: HttpRequest) -> HttpResponse:
    """allauth's sign-up page, open while the visitor's invitation is.

    One transaction, with the invitation held: account, membership and audit line are made together or not at all,
    and a form sent twice at once makes one account.
    """
    token = request.session.get(INVITATION_KEY, "")
    request.invitation = invitations.hold_for_signup(token, timezone.now())
    return views.signup(request)
