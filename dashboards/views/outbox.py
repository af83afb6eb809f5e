"""The outbox: every message that was written, whether it left, and why not. A project's for its admins, all of them
for the operator."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import Membership, Role
from delivery import outbox as box
from delivery.channels.registry import channel_label, is_configured
from delivery.messages import delivery_problem
from delivery.models import Delivery
from delivery.outbox import sends_email

PAGE = 50


@project_view(Role.ADMIN)
def outbox(request: HttpRequest, membership: Membership) -> HttpResponse:
    return _list(request, Delivery.objects.filter(project=membership.project), {"project": membership.project})


@login_required
def operator_outbox(request: HttpRequest) -> HttpResponse:
    if not request.user.is_superuser:
        raise Http404
    return _list(request, Delivery.objects.select_related("project"), {"is_operator": True})


@project_view()
def delivery(request: HttpRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """Admins read every message of their project, everybody those that were written to them."""
    message = get_object_or_404(Delivery, pk=delivery_id, project=membership.project)
    if not membership.may(Role.ADMIN) and message.user_id != request.user.pk:
        raise PermissionDenied
    return _message(request, message, {"project": membership.project, "may_manage": membership.may(Role.ADMIN)})


@require_POST
@project_view(Role.ADMIN)
def delivery_send(request: HttpRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    message = get_object_or_404(Delivery, pk=delivery_id, project=membership.project)
    _send(request, message)
    return redirect("delivery", membership.project_id, message.pk)


@login_required
def operator_delivery(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """Any message, for the operator. The POST sends it again."""
    if not request.user.is_superuser:
        raise Http404
    message = get_object_or_404(Delivery, pk=delivery_id)
    if request.method == "POST":
        _send(request, message)
        return redirect("operator_delivery", message.pk)
    return _message(request, message, {"is_operator": True, "may_manage": True})


def _message(request: HttpRequest, message: Delivery, context: dict[str, object]) -> HttpResponse:
    stopped = message.state in (Delivery.State.FAILED, Delivery.State.KEPT)
    context |= {
        "delivery": message,
        "channel": channel_label(message.channel),
        "problem": delivery_problem(message),
        "may_send": context["may_manage"] and stopped and is_configured(message.channel),
        "sends_email": sends_email(),
    }
    return render(request, "alerts/delivery.html", context)


def _send(request: HttpRequest, message: Delivery) -> None:
    if not is_configured(message.channel):
        messages.error(request, _not_configured(message.channel))
    elif box.send_again(message):
        messages.success(request, _("The message is on its way."))
    else:
        messages.info(request, _("The message is already on its way."))


def _not_configured(channel: str) -> str:
    if channel == Delivery.EMAIL:
        return _("No mail server is configured. Set EMAIL_URL first.")
    return _("This channel isn’t configured: %(channel)s.") % {"channel": channel_label(channel)}


def _list(request: HttpRequest, deliveries: QuerySet[Delivery], context: dict[str, object]) -> HttpResponse:
    rows = deliveries.defer("text", "html").order_by("-created_at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.channel_label = channel_label(row.channel)
    context |= {"page": page, "sends_email": sends_email()}
    return render(request, "alerts/outbox.html", context)
