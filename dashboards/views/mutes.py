"""The Muted page: what a project has muted and what that hid. Members read, managers mute and undo."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.mute import read_kind, read_selected
from dashboards.presenters.muted import muted_rows, muted_words, undo_tag
from dashboards.views.triage import back
from monitoring.content.values import read_id
from monitoring.insights.mutes import documents_of, mute_page
from monitoring.services import mutes


@project_view()
def muted(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """One page of mutes, newest first; `before` is the id of the last one of the previous page."""
    return _page(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mute_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `kind` and the id of a `mention`, or a domain as `value`; and `next` to return to."""
    project, kind = membership.project, read_kind(request.POST)
    try:
        if "mention" in request.POST:
            document = get_object_or_404(documents_of(project, read_selected(request.POST, "mention")))
            mute = mutes.mute_like(project, request.user, kind, document)
        else:
            mute = mutes.mute_domain(project, request.user, request.POST.get("value", ""))
    except ValidationError as error:
        if "value" in error.message_dict:
            return _page(request, membership, problem=error.message_dict["value"][0])
        messages.error(request, " ".join(error.messages))
        return back(request, membership)
    messages.success(request, _("“%(name)s” muted.") % {"name": mute}, extra_tags=undo_tag(project, [mute]))
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mutes_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `kind` and `id` (several) of mentions: mute the authors, the sources and so on of their items."""
    project, kind = membership.project, read_kind(request.POST)
    ids = read_selected(request.POST, "id")
    if not ids:
        messages.error(request, _("Select the mentions in the list."))
        return back(request, membership)
    try:
        muted = mutes.mute_each(project, request.user, kind, documents_of(project, ids))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return back(request, membership)
    messages.success(request, muted_words(muted), extra_tags=undo_tag(project, muted))
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mutes_end(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `mute` (several, in the URL) to undo, and `next` to return to."""
    if mutes.end_mutes(membership.project, request.user, read_selected(request.GET, "mute")):
        messages.success(request, _("Unmuted. The mentions are to review again."))
    else:
        messages.info(request, _("Someone has already undone this."))
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mute_end(request: SignedInRequest, membership: Membership, mute_id: int) -> HttpResponse:
    """POST to undo a mute; `next` to return to, by default the page of mutes."""
    get_object_or_404(membership.project.mutes, pk=mute_id)
    mute = mutes.end_mute(membership.project, request.user, mute_id)
    if mute:
        messages.success(request, _("“%(name)s” unmuted. Its mentions are to review again.") % {"name": mute})
    else:
        messages.info(request, _("Someone has already undone this."))
    return back(request, membership) if "next" in request.POST else redirect("muted", membership.project_id)


def _page(request: SignedInRequest, membership: Membership, problem: str = "") -> HttpResponse:
    page = mute_page(membership.project_id, read_id(request.GET.get("before", "")))
    context = {
        "project": membership.project,
        "rows": muted_rows(membership.project, page.rows, request.user.zone),
        "next_before": page.next_before,
        "may_edit": membership.may(Role.MANAGER),
        "problem": problem,
        "value": request.POST.get("value", ""),
    }
    return render(request, "project_settings/muted.html", context, status=422 if problem else 200)
