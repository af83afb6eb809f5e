"""Add any URL to a draft: a stored item, a page whose title a worker reads, or what the person typed."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.fetching import WAIT_S, show_progress, show_result, too_many_fetches
from dashboards.views.issues import issue_of
from monitoring.content.values import read_id
from monitoring.models import Document, FetchRequest
from monitoring.query_tools.explain import stored_document
from monitoring.services.fetches import TooManyFetches, fetch_of, request_fetch, wait_for
from workplace.curation import checks, items
from workplace.curation.versions import AlreadyAdded
from workplace.models import CollectionIssue
from workplace.models.collections import MAX_ITEM_TITLE


@project_view(Role.MANAGER)
@require_POST
def issue_item_new(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `url` and `section`, and a `title`: without one, the item of the URL is used, or its page is fetched."""
    draft, now = issue_of(membership, issue_id), timezone.now()
    url, section = request.POST.get("url", ""), read_id(request.POST.get("section", "")) or 0
    title = request.POST.get("title", "")
    try:
        url = checks.web_address("url", url)
        document = None if title.strip() else stored_document(membership.project, url)
        if document:
            _pick(request, draft, document, section)
        elif title.strip():
            items.add_url(draft, request.user, url, now, section, title=title)
        else:
            return _fetch(request, membership, draft, url, section)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("issue", membership.project_id, issue_id)


@project_view(Role.MANAGER)
def issue_fetch(request: SignedInRequest, membership: Membership, issue_id: int, page_id: uuid.UUID) -> HttpResponse:
    """The progress of fetching a page, then the editor with its item. Another person's is not found."""
    draft = issue_of(membership, issue_id)
    fetch = fetch_of(membership.project, request.user, page_id, FetchRequest.Kind.PAGE)
    if fetch is None:
        raise Http404
    if fetch.state != FetchRequest.State.DONE:
        return show_progress(
            request, fetch, _("Add an item"), reverse("issue", args=[membership.project_id, draft.pk])
        )
    return show_result(request) or _add_fetched(request, membership, fetch, draft)


def _pick(request: SignedInRequest, draft: CollectionIssue, document: Document, section: int) -> None:
    if not items.pick(draft, request.user, [document], timezone.now(), section):
        messages.info(request, _("This item is already in the issue."))


def _fetch(
    request: SignedInRequest, membership: Membership, draft: CollectionIssue, url: str, section: int
) -> HttpResponse:
    parameters = {"section": section}
    try:
        fetch = request_fetch(membership.project, request.user, FetchRequest.Kind.PAGE, url, parameters)
    except TooManyFetches:
        messages.error(request, too_many_fetches())
        return redirect("issue", membership.project_id, draft.pk)
    if wait_for(fetch, WAIT_S):
        return _add_fetched(request, membership, fetch, draft)
    return redirect("issue_fetch", membership.project_id, draft.pk, fetch.pk)


def _add_fetched(
    request: SignedInRequest, membership: Membership, fetch: FetchRequest, draft: CollectionIssue
) -> HttpResponse:
    """Add the page that was fetched; without a title that could be read, its host is the title, to be changed."""
    section, title, now = fetch.parameters.get("section", 0), fetch.result.get("title", ""), timezone.now()
    try:
        document = membership.project.documents.filter(pk=fetch.result.get("document"), deleted_at=None).first()
        if document:
            _pick(request, draft, document, section)
        else:
            offer = {"offered_picture": fetch.result.get("image"), "offered_alt": fetch.result.get("image_alt")}
            items.add_url(draft, request.user, fetch.url, now, section, title=title[:MAX_ITEM_TITLE], **offer)
        if not document and not title:
            messages.warning(request, _("Vigie couldn’t read the title of this page. Enter it in the item."))
    except AlreadyAdded:
        messages.info(request, _("This item is already in the issue."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("issue", membership.project_id, draft.pk)
