"""A member's digest of a project: its settings, its preview, sending one now, and unsubscribing by a signed link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from alerts.digests import send, subscriptions
from alerts.digests.read import read_digest
from alerts.digests.render import digest_context, fit_to_mailbox
from alerts.digests.unsubscribe import digest_of_token
from alerts.forms import DigestForm
from alerts.models import Digest
from delivery.models import Delivery
from delivery.outbox import sends_email

RECENT = 10


@project_view()
def digest(request: SignedInRequest, membership: Membership) -> HttpResponse:
    subscription = subscriptions.subscription_of(membership)
    form = DigestForm(request.POST or None, instance=subscription)
    if request.method == "POST" and form.is_valid():
        before = Digest.objects.get(pk=subscription.pk)
        subscriptions.change_subscription(before, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("digest", membership.project_id)
    sent = Delivery.objects.filter(project=membership.project, user=request.user, kind=Delivery.Kind.DIGEST)
    context = {
        "project": membership.project,
        "form": form,
        "digest": subscription,
        "next_at": subscriptions.next_digest_at(subscription, timezone.now()),
        "sent": sent.order_by("-created_at")[:RECENT],
        "sends_email": sends_email(),
    }
    return render(request, "alerts/digest.html", context)


@project_view()
def digest_preview(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The next digest as it would be sent now, with the text of the email."""
    subscription = subscriptions.subscription_of(membership)
    everything = read_digest(membership.project, send.open_window(subscription, timezone.now()))
    content = fit_to_mailbox(everything, subscription)
    context = {"project": membership.project, "digest": subscription, **digest_context(content)}
    return render(request, "alerts/digest_preview.html", context)


@project_view()
@require_POST
def digest_send(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to send an extra digest now. The next regular one will contain the same mentions."""
    send.send_now(subscriptions.subscription_of(membership), timezone.now())
    if sends_email():
        text = _("A digest is on its way to %(email)s.") % {"email": request.user.email}
    else:
        text = _("No mail server is configured, so the digest was saved to the delivery log.")
    messages.success(request, text)
    return redirect("digest", membership.project_id)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """GET shows a button, since mail scanners open links; POST, by the button or by a mail program (RFC 8058),
    unsubscribes. The signature in the link replaces signing in.
    """
    subscription = digest_of_token(signed)
    if subscription is None:
        return render(request, "alerts/unsubscribe.html", {"digest": None}, status=404)
    if request.method == "POST":
        subscriptions.unsubscribe(subscription)
        subscription.frequency = Digest.Frequency.NEVER
    with translation.override(subscription.user.language):
        return render(request, "alerts/unsubscribe.html", {"digest": subscription})
