"""The sources of a project: the list, one source's page, and pausing, checking and deleting it."""

from collections import Counter
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.sources import SourceForm
from dashboards.presenters.all_items import all_items
from dashboards.presenters.outage_strip import outage_strips
from dashboards.presenters.platform_details import platform_details
from dashboards.presenters.source_rows import SourceRow, source_rows
from monitoring.models import DocumentSource
from monitoring.services.sources import delete_source, pause_source, poll_now
from monitoring.services.tags import read_tags, set_tags

PAGE = 100
LATEST = 20
STATUSES = ("failing", "pending", "quiet", "active", "paused")  # in the order of the list


@project_view()
def sources(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The sources with their status, failing ones first. GET `status`, `tag` and `q` to filter."""
    every = source_rows(membership.project.sources.all(), timezone.now())
    every.sort(key=lambda row: (STATUSES.index(row.status), str(row.source).casefold()))
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()
    tag = request.GET.get("tag", "")
    tagged = [row for row in every if not tag or tag in row.source.tags]
    rows = [row for row in tagged if (not status or row.status == status) and _contains(row, text)]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    shown = [row.source for row in page]
    details, strips = platform_details(shown, now), outage_strips(shown, now)
    context = {
        "page": page,
        "rows": [(row, details.get(row.source.pk), strips[row.source.pk]) for row in page],
        "total": len(every),
        "of_tag": len(tagged),
        "failing": sum(row.status == "failing" for row in every),
        "statuses": [(code, label, sum(row.status == code for row in tagged)) for code, label in _status_labels()],
        "tags": sorted(Counter(one for row in every for one in row.source.tags).items(), key=lambda each: each[0]),
        "tag": tag,
        "filter_of_tag": urlencode({"tag": tag}) if tag else "",
        "status": status,
        "q": text,
        "form": SourceForm(),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "sources/sources.html", context)


@project_view()
def source(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """One source with its status and its latest items."""
    shown, now = get_object_or_404(membership.project.sources, pk=source_id), timezone.now()
    latest = DocumentSource.objects.filter(source=shown).select_related("document").order_by("-published")
    context = {
        "row": source_rows([shown], now)[0],
        "platform": platform_details([shown], now).get(shown.pk),
        "strip": outage_strips([shown], now)[shown.pk],
        "all_items": all_items(membership.project, shown.platform, shown.settings),
        "source": shown,
        "items": list(latest.defer("document__html", "document__search")[:LATEST]),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "sources/source.html", context)


@project_view(Role.MANAGER)
@require_POST
def source_pause(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """POST `paused`: 1 to pause, 0 to resume."""
    paused = request.POST.get("paused") == "1"
    changed = pause_source(get_object_or_404(membership.project.sources, pk=source_id), request.user, paused)
    text = _("“%(name)s” paused.") if paused else _("Source “%(name)s” resumed.")
    messages.success(request, text % {"name": changed})
    return redirect("source", membership.project_id, source_id)


@project_view(Role.MANAGER)
@require_POST
def source_tags(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """POST `tags`, separated by commas, to replace those of the source."""
    changed = get_object_or_404(membership.project.sources, pk=source_id)
    set_tags(changed, request.user, read_tags(request.POST.get("tags", "")[:1_000].replace("\0", "")))
    messages.success(request, _("Tags saved."))
    return redirect("source", membership.project_id, source_id)


@project_view(Role.MANAGER)
@require_POST
def source_poll(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """POST to check the source now."""
    checked = get_object_or_404(membership.project.sources, pk=source_id)
    poll_now(checked, request.user)
    messages.success(request, _("Checking “%(name)s” now.") % {"name": checked})
    return redirect("source", membership.project_id, source_id)


@project_view(Role.MANAGER)
def source_delete(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """GET shows what would be deleted, POST deletes."""
    shown = get_object_or_404(membership.project.sources, pk=source_id)
    if request.method == "POST":
        delete_source(shown, request.user)
        messages.success(request, _("Source “%(name)s” deleted.") % {"name": shown})
        return redirect("sources", membership.project_id)
    return render(request, "sources/source_delete.html", {"source": shown})


def _contains(row: SourceRow, text: str) -> bool:
    return text.casefold() in f"{row.source.title} {row.source.url}".casefold()


def _status_labels() -> list[tuple[str, str]]:
    return [
        ("failing", _("Failing")),
        ("pending", _("Pending")),
        ("quiet", pgettext("several sources", "Quiet")),
        ("active", pgettext("several sources", "Active")),
        ("paused", _("Paused")),
    ]
