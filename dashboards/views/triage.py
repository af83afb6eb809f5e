"""Changes to mentions: their triage, and corrections of their sentiment. Managers only, except for reading badges."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import ActivityEntry, Membership, Role
from dashboards.forms.triage import apply_change, read_change, read_expected, read_time
from dashboards.presenters.bulk_change import story_change_words
from dashboards.presenters.conflicts import shown_conflict
from dashboards.presenters.item_history import entry_sentence
from dashboards.presenters.sentiment_badges import row_badges
from dashboards.views.changed_row import changed_row, list_filter
from dashboards.views.mentions import mention_page
from monitoring.content.values import read_id, read_ids
from monitoring.insights.filters import MentionFilter
from monitoring.insights.stories import with_alike, with_stories
from monitoring.models import Mention
from monitoring.services.corrections import LABELS, correct_sentiment
from workplace.undo import undo

MAX_MENTIONS = 200  # per request


@project_view(Role.MANAGER)
@require_POST
def mention_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), a field of forms/triage.py, `expected`, and `next` to return to. htmx receives the row.

    With `story` and a folded `list`, all items of the story that the list finds are changed, except those that
    somebody else has changed since `read_at`: the message says how many of each.

    If somebody else has changed the value meanwhile, nothing is changed: a 409 with the page says so. htmx receives
    the pane instead, with status 200, since browsers report others on the console.
    """
    ids = _own_ids(request, membership)
    if not ids:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    try:
        operation = read_change(request.user, request.POST)
        expected = read_expected(operation, request.POST)
        whole = _whole_story(request, membership, ids)
        change = apply_change(
            operation, membership.project, request.user, whole or ids, expected, read_time(request.POST)
        )
    except ValidationError as error:
        return _refused(request, membership, " ".join(error.messages))
    if whole:
        words = story_change_words(operation, change, request.user)
        return changed_row(request, membership, ids, change.entry_id, words)
    if change.conflicts:
        conflict = shown_conflict(operation, change.conflicts, request.POST, request.user)
        query = urlsplit(request.POST.get("next", "")).query
        return mention_page(request, membership, change.conflicts[0].mention_id, query, conflict)
    return _changed(request, membership, ids, change.entry_id, _("No change: it was set already."))


@project_view(Role.MANAGER)
@require_POST
def mention_undo(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `change`, `id` (several) of the row to return, and `next`. Values that changed again since stay."""
    ids, entry_id = _own_ids(request, membership), read_id(request.POST.get("change", ""))
    if not ids or entry_id is None:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    try:
        change = undo(membership.project, request.user, entry_id)
    except ActivityEntry.DoesNotExist:
        raise Http404 from None
    nothing = _("Nothing to undo: it was changed again since.")
    return _changed(request, membership, ids, change.entry_id, nothing, is_undone=True)


@project_view(Role.MANAGER)
@require_POST
def mention_sentiment(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), `label` ("" undoes a correction), and `next` to return to.

    With `story` and a folded `list`, the near-identical items of the story that the list finds are corrected too,
    except those that somebody else has corrected since `read_at`.
    htmx receives the changed row: with the mentions `shown` (several), by default those that were corrected.
    """
    ids, label = _own_ids(request, membership), request.POST.get("label")
    if label not in ("", *LABELS) or not ids:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    f = _folded_list(request, membership)
    change = correct_sentiment(
        membership.project,
        request.user,
        with_alike(f, ids) if f else ids,
        label,
        read_time(request.POST) if f else None,
    )
    nothing = _("No change: it was set already.")
    words = story_change_words(None, change, request.user) if f else ""
    return _changed(
        request, membership, ids, change.entry_id, nothing, shown=_ids(request.POST.getlist("shown")), words=words
    )


@project_view()
def mention_sentiment_badges(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The current sentiment badges of rows, for the list's script. GET `ids`, comma-separated per row."""
    groups = [_ids(group.split(",")) for group in request.GET.getlist("ids")[:MAX_MENTIONS]]
    ids = [number for group in groups for number in group]
    found = Mention.objects.filter(keyword__project=membership.project, pk__in=ids).select_related("keyword").in_bulk()
    mentions_by_row = [[found[number] for number in group if number in found] for group in groups]
    rows = [row_badges(mentions) for mentions in mentions_by_row if mentions]
    return render(request, "mentions/_sentiment_badge_rows.html", {"rows": rows})


def _changed(
    request: SignedInRequest,
    membership: Membership,
    ids: list[int],
    entry_id: int | None,
    nothing: str,
    *,
    is_undone: bool = False,
    shown: list[int] | None = None,
    words: str = "",
) -> HttpResponse:
    """Respond to a change or an undo with `words`, its sentence, or `nothing` if it changed nothing."""
    message = words or (entry_sentence(entry_id, request.user) if entry_id else nothing)
    if request.htmx:
        return changed_row(request, membership, shown or ids, None if is_undone else entry_id, message)
    messages.success(request, message)
    return back(request, membership)


def _refused(request: SignedInRequest, membership: Membership, message: str) -> HttpResponse:
    """Respond to a form with an invalid value."""
    if request.htmx:
        return render(request, "mentions/_refused.html", {"message": message})
    messages.error(request, message)
    return back(request, membership)


def _whole_story(request: SignedInRequest, membership: Membership, ids: list[int]) -> list[int]:
    """Return the mentions of the row's whole story in the list if the form is about it, else none."""
    f = _folded_list(request, membership)
    return with_stories(f, ids) if f else []


def _folded_list(request: SignedInRequest, membership: Membership) -> MentionFilter | None:
    """Return the filter of the list if it has one row per story and the form is about the whole story."""
    f = list_filter(request, membership) if request.htmx and "story" in request.POST else None
    return f if f and f.is_folded else None


def _own_ids(request: SignedInRequest, membership: Membership) -> list[int]:
    """Return the posted ids of mentions of this project; none if one is invalid. Raises Http404 if all are unknown."""
    ids = _ids(request.POST.getlist("id"))
    own = set(Mention.objects.filter(keyword__project=membership.project, pk__in=ids).values_list("pk", flat=True))
    if ids and not own:
        raise Http404
    return [number for number in ids if number in own]


def _ids(texts: list[str]) -> list[int]:
    """Return the ids; none if one of them is invalid or there are more than MAX_MENTIONS."""
    valid = read_ids(texts)
    return valid if len(valid) == len(texts) <= MAX_MENTIONS else []


def back(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Return to the page that the form names as `next`, else to the list."""
    target = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_safe else reverse("mentions", args=[membership.project_id]))
