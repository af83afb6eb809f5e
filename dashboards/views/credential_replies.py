"""Whether managers may publish replies with a key or account: admins decide, and it is off at first."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from monitoring.messages.labels import translated
from monitoring.polling.replies import may_reply, reply_platform
from monitoring.services.connections import oauth_of
from monitoring.services.credentials import allow_replies


@project_view(Role.ADMIN)
def credential_replies(request: SignedInRequest, membership: Membership, credential_id: int) -> HttpResponse:
    """GET shows what replying needs, POST stores whether the account may be used."""
    credential = get_object_or_404(membership.project.credentials, pk=credential_id)
    platform = reply_platform(credential.platform)
    if platform is None or platform.replies is None:
        raise Http404
    can_use = may_reply(credential)
    if request.method == "POST" and can_use:
        allow_replies(credential, request.user, "can_reply" in request.POST)
        is_on = _("Managers can now reply with “%(name)s”."), _("“%(name)s” is no longer used for replies.")
        messages.success(request, is_on[not credential.can_reply] % {"name": credential})
        return redirect("credential_replies", membership.project_id, credential_id)
    context = {
        "credential": credential,
        "label": translated(platform.label),
        "needs": translated(platform.replies.needs),
        "post_needs": translated(platform.posts.needs) if platform.posts else "",
        "can_use": can_use,
        "must_reconnect": can_use and credential.is_connected and credential.can_reply,
        "may_connect": oauth_of(platform) is not None,
    }
    return render(request, "sources/credential_replies.html", context)
