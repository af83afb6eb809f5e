"""A member's digests of a project: settings, preview, sending one now, and unsubscribing by a signed link."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts.digests import send, subscriptions
from alerts.digests.read import read_digest
from alerts.digests.render import render_digest, settings_path
from alerts.digests.unsubscribe import digest_of_token
from alerts.models import Digest
from dashboards.forms.digests import DigestForm
from dashboards.navigation import theme_of
from dashboards.presenters.digests import digest_rows
from dashboards.presenters.emails import in_theme
from dashboards.views.digest_recipients import recipients_context, unsubscribe_recipient
from delivery.models import Delivery
from delivery.outbox import sends_email

RECENT = 10


@project_view()
def digest(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The main digest, with a list of the others."""
    return _settings(request, membership, subscriptions.subscription_of(membership))


@project_view()
def digest_other(request: SignedInRequest, membership: Membership, digest_id: int) -> HttpResponse:
    """Another digest of the person."""
    return _settings(request, membership, _own(membership, digest_id))


@project_view()
@require_POST
def digest_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to add a digest, which is off until a frequency is chosen on its page."""
    subscriptions.subscription_of(membership)
    try:
        added = subscriptions.add_subscription(membership)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("digest", membership.project_id)
    return redirect("digest_other", membership.project_id, added.pk)


@project_view()
@require_POST
def digest_delete(request: SignedInRequest, membership: Membership, digest_id: int) -> HttpResponse:
    """POST to delete a digest that is not the main one."""
    subscriptions.delete_subscription(_own(membership, digest_id))
    messages.success(request, _("Digest deleted."))
    return redirect("digest", membership.project_id)


@project_view()
def digest_preview(request: SignedInRequest, membership: Membership, digest_id: int | None = None) -> HttpResponse:
    """The next digest as it would be sent now, with the text of the email."""
    subscription = _main_or_own(membership, digest_id)
    context = {"project": membership.project, "digest": subscription, "settings_path": settings_path(subscription)}
    if scope := subscriptions.scope_of(subscription):
        content = read_digest(scope, send.open_window(subscription, timezone.now()), request.user.zone)
        html = in_theme(render_digest(content, subscription, scope).html, theme_of(request))
        context |= {"total": content.total, "html": html}
    return render(request, "alerts/digest_preview.html", context)


@project_view()
@require_POST
def digest_send(request: SignedInRequest, membership: Membership, digest_id: int | None = None) -> HttpResponse:
    """POST to send an extra digest now. The next regular one will contain the same mentions."""
    subscription = _main_or_own(membership, digest_id)
    if send.send_now(subscription, timezone.now()) is None:
        messages.error(request, _("This digest has no content any more. Choose keywords or a saved view."))
    elif sends_email():
        messages.success(request, _("A digest is on its way to %(email)s.") % {"email": request.user.email})
    else:
        messages.success(request, _("No mail server is configured, so the digest was saved to the delivery log."))
    return redirect(settings_path(subscription))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """GET shows a button, since mail scanners open links; POST, by the button or by a mail program (RFC 8058),
    unsubscribes. The signature in the link replaces signing in.
    """
    if response := unsubscribe_recipient(request, signed):
        return response
    subscription = digest_of_token(signed)
    if subscription is None:
        return render(request, "alerts/unsubscribe.html", {"digest": None}, status=404)
    if request.method == "POST":
        subscriptions.unsubscribe(subscription)
        subscription.frequency = Digest.Frequency.NEVER
    with translation.override(subscription.user.language):
        context = {"digest": subscription, "settings_path": settings_path(subscription)}
        return render(request, "alerts/unsubscribe.html", context)


def _settings(request: SignedInRequest, membership: Membership, subscription: Digest) -> HttpResponse:
    form = DigestForm(request.POST or None, instance=subscription, may_use_channels=membership.may(Role.MANAGER))
    if request.method == "POST" and form.is_valid():
        subscriptions.change_subscription(Digest.objects.get(pk=subscription.pk), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(settings_path(subscription))
    sent = Delivery.objects.filter(project=membership.project, user=request.user, kind=Delivery.Kind.DIGEST)
    others = {one.pk: one for one in subscriptions.subscriptions_of(membership)}
    saved = others.pop(subscription.pk)  # the form may have changed `subscription` to what is not valid
    context = {
        "project": membership.project,
        "form": form,
        "digest": saved,
        "next_at": subscriptions.next_digest_at(saved, timezone.now()),
        "has_content": subscriptions.scope_of(saved) is not None,
        "others": digest_rows(others.values(), timezone.now()) if saved.is_main else [],
        "sent": sent.order_by("-created_at")[:RECENT],
        "sends_email": sends_email(),
        **recipients_context(membership, saved),
    }
    return render(request, "alerts/digest.html", context)


def _own(membership: Membership, digest_id: int) -> Digest:
    """Return a digest of the person. Raises Http404 for those of others."""
    return get_object_or_404(subscriptions.subscriptions_of(membership), pk=digest_id)


def _main_or_own(membership: Membership, digest_id: int | None) -> Digest:
    return _own(membership, digest_id) if digest_id else subscriptions.subscription_of(membership)
