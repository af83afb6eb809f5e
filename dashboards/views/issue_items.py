"""The items and sections of a draft: pick mentions, change, move, order and remove."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import Membership, Role
from dashboards.forms.issue_items import item_values, read_places
from dashboards.presenters.curation import ItemProblem, picker
from dashboards.views.curation import collection_of
from dashboards.views.issues import conflict_for_script, editor_page, issue_of
from dashboards.views.triage import back
from monitoring.content.values import read_id, read_ids
from monitoring.insights.mutes import documents_of
from workplace.curation import issues, items, sections
from workplace.curation.versions import ItemChanged, OrderChanged
from workplace.models import CollectionIssue, CollectionItem

MAX_PICKED = 100


@project_view(Role.MANAGER)
@require_POST
def mentions_pick(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several) of mentions, `collection` or `issue`, and `next` to return to.

    htmx gets the button again.
    """
    ids = read_ids(request.POST.getlist("id"))[:MAX_PICKED]
    documents = list(documents_of(membership.project, ids))
    if not documents:
        messages.error(request, _("Select the mentions in the list."))
        return back(request, membership)
    now = timezone.now()
    try:
        draft = _draft(request, membership)
        added = items.pick(draft, request.user, documents, now)
        text = _added_words(added, draft)
    except ValidationError as error:
        text = " ".join(error.messages)
    if request.htmx and len(ids) == 1:
        context = {"project": membership.project, "mention_id": ids[0], "picker": picker(membership, documents[0].pk)}
        return render(request, "curation/_pick.html", context | {"pick_message": text})
    messages.info(request, text)
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def issue_item_change(request: SignedInRequest, membership: Membership, item_id: int) -> HttpResponse:
    """POST the fields of an item with the `version` that the person saw, or `move` ("up", "down"), or `remove`."""
    rows = CollectionItem.objects.select_related("issue").filter(issue__collection__project=membership.project)
    item, now = get_object_or_404(rows, pk=item_id), timezone.now()
    try:
        if "remove" in request.POST:
            items.remove_item(item, now)
            messages.success(request, _("Item removed."))
        elif "move" in request.POST:
            items.move_item(item, -1 if request.POST["move"] == "up" else 1, now)
        else:
            items.change_item(item, _version(request), now, **item_values(request.POST))
            messages.success(request, _("Item saved."))
    except ItemChanged as changed:
        return editor_page(request, membership, issue_of(membership, item.issue_id), item_conflict=changed)
    except ValidationError as error:
        values, found = item_values(request.POST), issue_of(membership, item.issue_id)
        is_there = not found.is_published and found.items.filter(pk=item.pk, removed_at=None).exists()
        if is_there and set(error.error_dict) <= set(values):
            problem = ItemProblem(item.pk, tuple(error.messages), values)
            return editor_page(request, membership, found, item_problem=problem)
        messages.error(request, " ".join(error.messages))
    editor = reverse("issue", args=[membership.project_id, item.issue_id])
    return HttpResponseRedirect(editor if "remove" in request.POST else f"{editor}#item-{item.pk}")


@project_view(Role.MANAGER)
@require_POST
def issue_order(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `place` (several): "section:item" from first to last, and the `version` of the order that they were in.

    For the script, which has moved them on the page, and gets the new version.
    """
    places, found = read_places(request.POST.getlist("place")), issue_of(membership, issue_id)
    try:
        draft = items.order_items(found, _version(request), places, timezone.now())
    except OrderChanged:
        return conflict_for_script({"issue": found})
    except ValidationError as error:
        return conflict_for_script({"problem": " ".join(error.messages)})
    return JsonResponse({"version": draft.order_version})


@project_view(Role.MANAGER)
@require_POST
def issue_sections(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `title` to add a section; `act` renames, moves ("up", "down") or removes `section`, with a `version`."""
    draft, now, act = issue_of(membership, issue_id), timezone.now(), request.POST.get("act", "")
    section, title = read_id(request.POST.get("section", "")), request.POST.get("title", "")
    try:
        if section is None:
            sections.add_section(draft, title, now)
        elif act in ("up", "down"):
            sections.move_section(draft, section, -1 if act == "up" else 1, now, _version(request))
        elif act == "remove":
            sections.remove_section(draft, section, now, _version(request))
        else:
            sections.rename_section(draft, section, title, now, _version(request))
    except OrderChanged:
        messages.error(request, _order_changed(title if act == "rename" else ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    anchor = f"#section-{section}" if section and act != "remove" else ""
    return HttpResponseRedirect(f"{reverse('issue', args=[membership.project_id, issue_id])}{anchor}")


def _draft(request: SignedInRequest, membership: Membership) -> CollectionIssue:
    """Return the draft to pick into: the posted one, or the current one of the collection, created if it has none."""
    if (pk := read_id(request.POST.get("issue", ""))) is not None:
        return issue_of(membership, pk)
    collection = collection_of(membership, read_id(request.POST.get("collection", "")) or 0)
    return issues.draft_to_pick(collection, request.user, timezone.now())


def _version(request: SignedInRequest) -> int:
    return read_id(request.POST.get("version", "")) or 0


def _order_changed(title: str) -> str:
    if title:
        text = _("Another person changed the sections or the order meanwhile. The name “%(title)s” wasn’t saved.")
        return text % {"title": title}
    return _("Another person changed the sections or the order meanwhile. Check them, then try again.")


def _added_words(added: int, draft: CollectionIssue) -> str:
    words = {"name": draft.collection.name, "issue": draft.number, "number": number(added)}
    if not added:
        return _("Already in “%(name)s”, no. %(issue)s.") % words
    text = ngettext(
        "%(number)s item added to “%(name)s”, no. %(issue)s.",
        "%(number)s items added to “%(name)s”, no. %(issue)s.",
        added,
    )
    return text % words
