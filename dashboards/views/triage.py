"""Changes to mentions: their status, and corrections of their sentiment. Managers only, except for reading badges."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.sentiment_badges import row_badges
from dashboards.views.changed_row import changed_row
from monitoring.content.values import read_id
from monitoring.models import Mention
from monitoring.services.corrections import LABELS, correct_sentiment
from monitoring.services.triage import set_status

MAX_MENTIONS = 200  # per request


@project_view(Role.MANAGER)
@require_POST
def mention_status(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), `status`, and `next` to return to. htmx receives the changed row."""
    ids, status = _own_ids(request, membership), request.POST.get("status", "")
    if status not in Mention.Status.values or not ids:
        return HttpResponse(status=400)
    set_status(membership.project, request.user, ids, status)
    if request.htmx:
        return changed_row(request, membership, ids)
    messages.success(request, _("Status changed to “%(status)s”.") % {"status": Mention.Status(status).label})
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mention_sentiment(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), `label` ("" undoes a correction), and `next` to return to.

    htmx receives the changed row: with the mentions `shown` (several), by default those that were corrected.
    """
    ids, label = _own_ids(request, membership), request.POST.get("label")
    if label not in ("", *LABELS) or not ids:
        return HttpResponse(status=400)
    correct_sentiment(membership.project, request.user, ids, label)
    if request.htmx:
        return changed_row(request, membership, _ids(request.POST.getlist("shown")) or ids)
    if label:
        messages.success(request, _("Sentiment changed to “%(label)s”.") % {"label": Mention.Sentiment(label).label})
    else:
        messages.success(request, _("Correction undone."))
    return back(request, membership)


@project_view()
def mention_sentiment_badges(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The current sentiment badges of rows, for the list's script. GET `ids`, comma-separated per row."""
    groups = [_ids(group.split(",")) for group in request.GET.getlist("ids")[:MAX_MENTIONS]]
    ids = [number for group in groups for number in group]
    found = Mention.objects.filter(keyword__project=membership.project, pk__in=ids).select_related("keyword").in_bulk()
    mentions_by_row = [[found[number] for number in group if number in found] for group in groups]
    rows = [row_badges(mentions) for mentions in mentions_by_row if mentions]
    return render(request, "mentions/_sentiment_badge_rows.html", {"rows": rows})


def _own_ids(request: SignedInRequest, membership: Membership) -> list[int]:
    """Return the posted ids of mentions of this project; none if one is invalid. Raises Http404 if all are unknown."""
    ids = _ids(request.POST.getlist("id"))
    own = set(Mention.objects.filter(keyword__project=membership.project, pk__in=ids).values_list("pk", flat=True))
    if ids and not own:
        raise Http404
    return [number for number in ids if number in own]


def _ids(texts: list[str]) -> list[int]:
    """Return the ids; none if one of them is invalid or there are more than MAX_MENTIONS."""
    valid = [number for text in texts if (number := read_id(text)) is not None]
    return valid if len(valid) == len(texts) <= MAX_MENTIONS else []


def back(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Return to the page that the form names as `next`, else to the list."""
    target = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_safe else reverse("mentions", args=[membership.project_id]))
