"""Add a figure of the monitoring to a draft. Managers only."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.views.issues import issue_of
from monitoring.content.values import read_id
from workplace.curation import items


@project_view(Role.MANAGER)
@require_POST
def issue_figure_new(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `metric`, `days`, and optionally a `keyword` and a `section`."""
    draft, post = issue_of(membership, issue_id), request.POST
    keyword, days, section = (read_id(post.get(name, "")) for name in ("keyword", "days", "section"))
    try:
        items.add_figure(draft, request.user, post.get("metric", ""), keyword, days or 0, timezone.now(), section or 0)
        messages.success(request, _("Figure added."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("issue", membership.project_id, issue_id)
