"""The addresses without an account that receive a member's digest: adding and removing them, and their way out."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts.digests import recipients
from alerts.digests.render import settings_path
from alerts.digests.subscriptions import subscriptions_of
from alerts.models import Digest, DigestRecipient


@project_view(Role.MANAGER)
@require_POST
def digest_recipient_new(request: SignedInRequest, membership: Membership, digest_id: int) -> HttpResponse:
    """POST `email` and `language`: the owner of the address is asked to confirm."""
    digest = _own(membership, digest_id)
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = request.user.language
    try:
        added = recipients.add_recipient(digest, request.POST.get("email", ""), language, timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        if added.external.is_confirmed:
            messages.success(request, _("Recipient added."))
        else:
            text = _("%(email)s was asked to confirm, and receives nothing before.")
            messages.success(request, text % {"email": added.external.email})
    return redirect(settings_path(digest))


@project_view(Role.MANAGER)
@require_POST
def digest_recipient_delete(
    request: SignedInRequest, membership: Membership, digest_id: int, recipient_id: int
) -> HttpResponse:
    digest = _own(membership, digest_id)
    recipient: DigestRecipient = get_object_or_404(recipients.recipients_of(digest), pk=recipient_id)
    recipients.remove_recipient(recipient, request.user)
    messages.success(request, _("Recipient removed."))
    return redirect(settings_path(digest))


def recipients_context(membership: Membership, digest: Digest) -> dict[str, object]:
    """Return what the Digest page shows of the recipients, to those who may add them."""
    if not membership.may(Role.MANAGER):
        return {}
    return {
        "may_add_recipients": True,
        "takes_recipients": digest.frequency != Digest.Frequency.INSTANT,
        "recipients": recipients.recipients_of(digest),
        "languages": settings.LANGUAGES,
    }


def unsubscribe_recipient(request: HttpRequest, signed: str) -> HttpResponse | None:
    """Return the page of a recipient's link to unsubscribe, None if the link is not one. POST unsubscribes."""
    if not recipients.is_recipient_link(signed):
        return None
    recipient = recipients.recipient_of_link(signed)
    is_done = request.method == "POST" or recipient is None
    if recipient is None:
        return render(request, "alerts/unsubscribe_recipient.html", {"recipient": None, "is_done": is_done})
    if is_done:
        recipients.unsubscribe(recipient, timezone.now())
    with translation.override(recipient.external.language):
        context = {"recipient": recipient, "is_done": is_done}
        return render(request, "alerts/unsubscribe_recipient.html", context)


def _own(membership: Membership, digest_id: int) -> Digest:
    return get_object_or_404(subscriptions_of(membership), pk=digest_id)
