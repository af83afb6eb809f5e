"""The readers of a collection's newsletter, and sending an issue to them. Managers only."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.curation import reader_rows
from dashboards.views.curation import collection_of
from dashboards.views.issues import issue_of
from delivery.outbox import sends_email
from monitoring.content.values import read_id
from workplace.curation import newsletter, readers


@project_view(Role.MANAGER)
def collection_readers(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    """The readers, the newest first; `before` is the id of the last one of the previous page."""
    collection = collection_of(membership, collection_id)
    context = {
        "project": membership.project,
        "collection": collection,
        "sends_email": sends_email(),
        **reader_rows(collection, read_id(request.GET.get("before", ""))),
    }
    return render(request, "curation/readers.html", context)


@project_view(Role.MANAGER)
@require_POST
def reader_new(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    """POST `email` of somebody, who is asked to confirm."""
    collection = collection_of(membership, collection_id)
    try:
        reader = readers.add_reader(collection, request.user, request.POST.get("email", ""), timezone.now())
        if reader.is_confirmed:
            messages.info(request, _("%(email)s receives the newsletter already.") % {"email": reader.email})
        else:
            text = _("%(email)s was asked to confirm, and receives nothing before.")
            messages.success(request, text % {"email": reader.email})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("collection_readers", membership.project_id, collection_id)


@project_view(Role.MANAGER)
@require_POST
def reader_delete(
    request: SignedInRequest, membership: Membership, collection_id: int, reader_id: int
) -> HttpResponse:
    collection = collection_of(membership, collection_id)
    readers.remove_reader(collection, get_object_or_404(readers.readers_of(collection), pk=reader_id), request.user)
    messages.success(request, _("Reader removed."))
    return redirect("collection_readers", membership.project_id, collection_id)


@project_view(Role.MANAGER)
@require_POST
def issue_send(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST to send a published issue to all readers; with `test`, any issue to the person alone."""
    issue, now = issue_of(membership, issue_id), timezone.now()
    try:
        if "test" in request.POST:
            newsletter.send_test(issue, request.user, now)
            messages.success(request, _("A test is being sent to %(email)s.") % {"email": request.user.email})
        else:
            newsletter.request_sending(issue, request.user, now)
            messages.success(request, _("The issue is being sent to its readers."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("issue", membership.project_id, issue_id)
