"""One message of the delivery log: its text, its status, and sending it again."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.navigation import theme_of
from dashboards.presenters.emails import in_theme
from delivery import outbox
from delivery.channels.registry import channel_label
from delivery.messages import delivery_problem, reason_not_to_retry
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
    if request.POST.get("back") == "failed":
        return redirect(reverse("outbox", args=[membership.project_id]) + "?status=failed")
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
    context |= {
        "delivery": message,
        "html": in_theme(message.html, theme_of(request)),
        "channel": channel_label(message.channel),
        "problem": delivery_problem(message),
        "may_send": context["may_manage"] and outbox.may_send_again(message),
        "sends_email": outbox.sends_email(),
    }
    return render(request, "alerts/delivery.html", context)


def _send(request: SignedInRequest, message: Delivery) -> None:
    if reason := reason_not_to_retry(message):
        messages.error(request, reason)
    elif outbox.send_again(message):
        messages.success(request, _("The message is on its way."))
    else:
        messages.info(request, _("The message is already on its way."))
