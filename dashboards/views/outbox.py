"""The delivery log: the messages of a project for its admins, and all messages for the server admin."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from delivery.channels.registry import channel_label
from delivery.messages import outage_problem
from delivery.models import Delivery
from delivery.outages import current_outages
from delivery.outbox import sends_email

PAGE = 50


@project_view(Role.ADMIN)
def outbox(request: SignedInRequest, membership: Membership) -> HttpResponse:
    return _list(request, Delivery.objects.filter(project=membership.project), {"project": membership.project})


@login_required
def server_outbox(request: SignedInRequest) -> HttpResponse:
    if not request.user.is_superuser:
        raise Http404
    return _list(request, Delivery.objects.select_related("project"), {"is_server_admin": True})


def _list(request: SignedInRequest, deliveries: QuerySet[Delivery], context: dict[str, object]) -> HttpResponse:
    rows = deliveries.defer("text", "html").order_by("-created_at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.channel_label = channel_label(row.channel)  # type: ignore[attr-defined]  # for the template
    outages = [(outage_problem(outage), outage) for outage in current_outages(timezone.now())]
    context |= {"page": page, "sends_email": sends_email(), "outages": outages}
    return render(request, "alerts/outbox.html", context)
