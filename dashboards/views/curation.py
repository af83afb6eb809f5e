"""Collections: their list, the page of one with its issues and settings, and the changes that managers make there."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.curation import collection_page, collection_rows
from monitoring.content.values import read_id
from workplace.curation import collections, issues
from workplace.models import Collection


@project_view()
def curation(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The collections of a project."""
    project = membership.project
    context = {"project": project, "rows": collection_rows(project), "may_edit": membership.may(Role.MANAGER)}
    return render(request, "curation/curation.html", context)


@project_view(Role.MANAGER)
@require_POST
def collection_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `name` to create a collection with a first draft, and open it."""
    try:
        found = collections.create_collection(membership.project, request.user, request.POST.get("name", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("curation", membership.project_id)
    draft = issues.create_issue(found, request.user, timezone.now())
    messages.success(request, _("Collection created."))
    return redirect("issue", membership.project_id, draft.pk)


@project_view()
def collection(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    """The issues of a collection, its address and its settings; `before` is the last number of the previous page."""
    found = collection_of(membership, collection_id)
    return _page(request, membership, found)


@project_view(Role.MANAGER)
@require_POST
def collection_change(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    """POST fields of workplace/curation/collections.py."""
    found = collection_of(membership, collection_id)
    values = {name: request.POST[name] for name in collections.FIELDS if name in request.POST}
    try:
        collections.change_collection(found, request.user, **values)
    except ValidationError as error:
        return _page(request, membership, found, errors=error.message_dict, entered=values)
    messages.success(request, _("Settings saved."))
    return redirect("collection", membership.project_id, collection_id)


@project_view(Role.MANAGER)
@require_POST
def collection_renew(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    collections.renew_address(collection_of(membership, collection_id), request.user)
    messages.success(request, _("New secret address created. The former one no longer works."))
    return redirect("collection", membership.project_id, collection_id)


@project_view(Role.MANAGER)
@require_POST
def collection_delete(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    collections.delete_collection(collection_of(membership, collection_id), request.user)
    messages.success(request, _("Collection deleted."))
    return redirect("curation", membership.project_id)


def collection_of(membership: Membership, collection_id: int) -> Collection:
    """Return a collection of the project. Raises Http404."""
    rows = Collection.objects.select_related("project").filter(project=membership.project)
    return get_object_or_404(rows, pk=collection_id)


def _page(
    request: SignedInRequest,
    membership: Membership,
    found: Collection,
    errors: dict[str, list[str]] | None = None,
    entered: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "project": membership.project,
        "may_edit": membership.may(Role.MANAGER),
        "errors": errors or {},
        "entered": {name: getattr(found, name) for name in collections.FIELDS} | (entered or {}),
        **collection_page(found, read_id(request.GET.get("before", ""))),
    }
    return render(request, "curation/collection.html", context, status=400 if errors else 200)
