"""Whether managers may publish replies and posts with a key or account: admins decide, and it is off at first."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from monitoring.messages.labels import translated
from monitoring.models import Credential
from monitoring.polling.own_posts import count_note
from monitoring.polling.replies import may_publish, post_platform, reply_platform
from monitoring.services.connections import oauth_of
from monitoring.services.credentials import allow_replies


@project_view(Role.ADMIN)
def credential_replies(request: SignedInRequest, membership: Membership, credential_id: int) -> HttpResponse:
    """GET shows what publishing needs, POST stores whether the account may be used."""
    credential = get_object_or_404(membership.project.credentials, pk=credential_id)
    platform = reply_platform(credential.platform) or post_platform(credential.platform)
    if platform is None:
        raise Http404
    can_use = may_publish(credential)
    if request.method == "POST" and can_use:
        allow_replies(credential, request.user, "can_reply" in request.POST)
        messages.success(request, _done_words(credential, has_replies=platform.replies is not None))
        return redirect("credential_replies", membership.project_id, credential_id)
    context = {
        "credential": credential,
        "label": translated(platform.label),
        "has_replies": platform.replies is not None,
        "needs": translated(platform.replies.needs) if platform.replies else "",
        "post_needs": translated(platform.posts.needs) if platform.posts else "",
        "count_note": translated(count_note(credential.platform)),
        "can_use": can_use,
        "must_reconnect": can_use and credential.is_connected and credential.can_reply,
        "may_connect": oauth_of(platform) is not None,
    }
    return render(request, "sources/credential_replies.html", context)


def _done_words(credential: Credential, *, has_replies: bool) -> str:
    if has_replies:
        is_on = _("Managers can now reply with “%(name)s”."), _("“%(name)s” is no longer used for replies.")
    else:
        is_on = _("Managers can now publish posts with “%(name)s”."), _("“%(name)s” is no longer used for posts.")
    return is_on[not credential.can_reply] % {"name": credential}
