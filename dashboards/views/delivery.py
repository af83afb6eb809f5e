"""One message of the delivery log: its text, its status, and sending it again."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.navigation import theme_of
from delivery import outbox
from delivery.channels.registry import channel_label, is_configured
from delivery.messages import delivery_problem
from delivery.models import Delivery


@project_view()
def delivery(request: SignedInRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """Admins read every message of their project, other members those addressed to them."""
    message = get_object_or_404(Delivery, pk=delivery_id, project=membership.project)
    if not membership.may(Role.ADMIN) and message.user_id != request.user.pk:
        raise PermissionDenied
    return _message(request, message, {"project": membership.project, "may_manage": membership.may(Role.ADMIN)})


@project_view(Role.ADMIN)
@require_POST
def delivery_send(request: SignedInRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """POST to send a message again."""
    message = get_object_or_404(Delivery, pk=delivery_id, project=membership.project)
    _send(request, message)
    return redirect("delivery", membership.project_id, message.pk)


@login_required
def server_delivery(request: SignedInRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """Any message, for the server admin. POST to send it again."""
    if not request.user.is_superuser:
        raise Http404
    message = get_object_or_404(Delivery, pk=delivery_id)
    if request.method == "POST":
        _send(request, message)
        return redirect("server_delivery", message.pk)
    return _message(request, message, {"is_server_admin": True, "may_manage": True})


def _message(request: SignedInRequest, message: Delivery, context: dict[str, object]) -> HttpResponse:
    was_not_sent = message.state in (Delivery.State.FAILED, Delivery.State.KEPT)
    context |= {
        "delivery": message,
        "html": _in_theme(message.html, theme_of(request)),
        "channel": channel_label(message.channel),
        "problem": delivery_problem(message),
        "may_send": context["may_manage"] and was_not_sent and is_configured(message.channel),
        "sends_email": outbox.sends_email(),
    }
    return render(request, "alerts/delivery.html", context)


def _in_theme(html: str, theme: str) -> str:
    """Return an email whose dark colors follow the theme that was chosen in Vigie, not that of the system."""
    media = {"dark": "@media all", "light": "@media not all"}.get(theme)
    return html.replace("@media (prefers-color-scheme: dark)", media) if media else html


def _send(request: SignedInRequest, message: Delivery) -> None:
    if not is_configured(message.channel):
        messages.error(request, _not_configured(message.channel))
    elif outbox.send_again(message):
        messages.success(request, _("The message is on its way."))
    else:
        messages.info(request, _("The message is already on its way."))


def _not_configured(channel: str) -> str:
    if channel == Delivery.EMAIL:
        return _("No mail server is configured. Set EMAIL_URL first.")
    return _("This channel isn’t configured: %(channel)s.") % {"channel": channel_label(channel)}
