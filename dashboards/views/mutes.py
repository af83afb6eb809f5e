"""The Muted page: what a project has muted and what that hid. Members read, managers mute and undo."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.muted import muted_rows
from dashboards.views.triage import back
from monitoring.content.values import read_id, read_ids
from monitoring.insights.mutes import mute_page
from monitoring.models import Document, Mute
from monitoring.services import mutes

MAX_SELECTED = 200  # mentions of one request


@project_view()
def muted(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """One page of mutes, newest first; `before` is the id of the last one of the previous page."""
    return _page(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mute_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `kind` and the id of a `mention`, or a domain as `value`; and `next` to return to."""
    project, kind = membership.project, request.POST.get("kind", "")
    if kind not in Mute.Kind.values:
        return HttpResponse(status=400)
    try:
        if "mention" in request.POST:
            mute = mutes.mute_like(project, request.user, kind, _document(request, membership))
        else:
            mute = mutes.mute_domain(project, request.user, request.POST.get("value", ""))
    except ValidationError as error:
        if "value" in error.message_dict:
            return _page(request, membership, problem=error.message_dict["value"][0])
        messages.error(request, " ".join(error.messages))
        return back(request, membership)
    undo = f"undo:{reverse('mute_end', args=[project.pk, mute.pk])}" if mute.is_new else ""
    messages.success(request, _("“%(name)s” muted.") % {"name": mute}, extra_tags=undo)
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mutes_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `kind` and `id` (several) of mentions: mute the authors, the sources and so on of their items."""
    project, kind = membership.project, request.POST.get("kind", "")
    if kind not in Mute.Kind.values:
        return HttpResponse(status=400)
    ids = read_ids(request.POST.getlist("id")[:MAX_SELECTED])
    documents = Document.objects.filter(project=project, mentions__in=ids).distinct().select_related("source")
    documents = documents.order_by("pk")
    if not ids or request.POST.get("scope") == "view":
        messages.error(request, _("Select the mentions in the list."))
        return back(request, membership)
    try:
        muted = mutes.mute_each(project, request.user, kind, documents)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return back(request, membership)
    # The undo leaves mutes that existed before.
    new = urlencode([("mute", one.pk) for one in muted if one.is_new])
    undo = f"undo:{reverse('mutes_end', args=[project.pk])}?{new}" if new else ""
    names = get_text_list([_("“%(text)s”") % {"text": one} for one in muted], _("and"))
    messages.success(request, _("Muted: %(names)s.") % {"names": names}, extra_tags=undo)
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mutes_end(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `mute` (several, in the URL) to undo, and `next` to return to."""
    ids = read_ids(request.GET.getlist("mute")[:MAX_SELECTED])
    ended = [mute for pk in ids if (mute := mutes.end_mute(membership.project, request.user, pk))]
    if ended:
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


def _document(request: SignedInRequest, membership: Membership) -> Document:
    mention_id = read_id(request.POST.get("mention", ""))
    if mention_id is None:
        raise Http404
    documents = Document.objects.filter(project=membership.project, mentions=mention_id)
    return get_object_or_404(documents.select_related("source"))


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
