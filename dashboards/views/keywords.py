"""Tracked keywords: the list, and pausing, resuming and deleting one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.keyword_rows import keyword_rows
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import history_start
from monitoring.services.keywords import delete_keyword, pause_keyword


@project_view()
@within_time_limit
def keywords(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The keywords with their last 30 days."""
    month = MentionFilter.from_query(membership.project, {"period": "30d"}, timezone.now(), request.user.zone)
    context = {
        "rows": keyword_rows(month),
        "history_start": history_start(month),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "keywords/keywords.html", context)


@project_view(Role.MANAGER)
@require_POST
def keyword_pause(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """POST `paused`: 1 to pause, 0 to resume."""
    paused = request.POST.get("paused") == "1"
    keyword = get_object_or_404(membership.project.keywords, pk=keyword_id)
    keyword = pause_keyword(keyword, request.user, paused)
    text = _("“%(name)s” paused.") if paused else _("Keyword “%(name)s” resumed.")
    messages.success(request, text % {"name": keyword.name})
    return redirect("keyword", membership.project_id, keyword_id)


@project_view(Role.MANAGER)
def keyword_delete(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """GET shows what would be deleted, POST deletes."""
    keyword = get_object_or_404(membership.project.keywords, pk=keyword_id)
    if request.method == "POST":
        delete_keyword(keyword, request.user)
        messages.success(request, _("Keyword “%(name)s” deleted.") % {"name": keyword.name})
        return redirect("keywords", membership.project_id)
    context = {"keyword": keyword, "mentions": keyword.mentions.count(), "rules": keyword.rules.count()}
    return render(request, "keywords/keyword_delete.html", context)
