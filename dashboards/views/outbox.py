"""The delivery log: the messages of a project for its admins, and all messages for the server admin."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import Membership, Project, Role
from delivery.channels.registry import channel_label
from delivery.log_pages import page_of
from delivery.messages import delivery_problem, outage_problem
from delivery.models import Delivery
from delivery.outages import current_outages
from delivery.outbox import may_send_again, send_failed_again, sends_email

PAGE = 50
NOT_SENT = [Delivery.State.FAILED, Delivery.State.KEPT]


@project_view(Role.ADMIN)
def outbox(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The messages of a project; with `status=failed`, those that were not sent."""
    project = membership.project
    deliveries = Delivery.objects.filter(project=project)
    context = {"project": project, "failed": deliveries.filter(state__in=NOT_SENT).count()}
    return _list(request, deliveries, context, project)


@project_view(Role.ADMIN)
@require_POST
def outbox_send_failed(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to send all failed messages again."""
    queued = send_failed_again(membership.project)
    text = ngettext("%(number)s message is on its way.", "%(number)s messages are on their way.", queued)
    messages.success(request, text % {"number": number(queued)})
    return redirect("outbox", membership.project_id)


@login_required
def server_outbox(request: SignedInRequest) -> HttpResponse:
    if not request.user.is_superuser:
        raise Http404
    return _list(request, Delivery.objects.select_related("project"), {"is_server_admin": True})


def _list(
    request: SignedInRequest,
    deliveries: QuerySet[Delivery],
    context: dict[str, object],
    project: Project | None = None,
) -> HttpResponse:
    is_failed = request.GET.get("status") == "failed"
    if is_failed:
        deliveries = deliveries.filter(state__in=NOT_SENT)
    rows = deliveries.select_related("destination")
    try:
        page = page_of(rows, request.GET.get("cursor", ""), PAGE)
    except ValueError:
        page = page_of(rows, "", PAGE)
    for row in page.rows:
        row.channel_label = channel_label(row.channel)  # type: ignore[attr-defined]  # for the template
        row.problem = delivery_problem(row)  # type: ignore[attr-defined]
        row.may_send = may_send_again(row)  # type: ignore[attr-defined]
    outages = [(outage_problem(outage), outage) for outage in current_outages(timezone.now(), project)]
    context |= {"page": page, "sends_email": sends_email(), "outages": outages, "is_failed": is_failed}
    return render(request, "alerts/outbox.html", context)
