"""Sources: how each is doing, adding them by address or by OPML, and everything that changes one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import Membership, Role
from dashboards.forms.sources import OpmlForm, SourceForm
from dashboards.presenters.source_rows import SourceRow, source_rows
from monitoring.feeds.errors import ParseError
from monitoring.messages.source_errors import error_text
from monitoring.models import DocumentSource, Source
from monitoring.services.opml import ImportResult, export_opml, import_opml
from monitoring.services.sources import AddResult, add_source, delete_source, pause_source, poll_now

PAGE = 100
LATEST = 20
STATES = ("failing", "waiting", "quiet", "fine", "paused")


@project_view()
def sources(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The health of all sources, those in trouble first. `state` and `q` narrow the list."""
    every = source_rows(Source.objects.filter(project=membership.project), timezone.now())
    every.sort(key=lambda row: (STATES.index(row.state), str(row.source).casefold()))
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    rows = [row for row in every if (not state or row.state == state) and _is_about(row, text)]
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "total": len(every),
        "states": [(code, label, sum(row.state == code for row in every)) for code, label in _state_labels()],
        "state": state,
        "q": text,
        "form": SourceForm(),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "sources/sources.html", context)


def _is_about(row: SourceRow, text: str) -> bool:
    return text.casefold() in f"{row.source.title} {row.source.shown_url}".casefold()


def _state_labels() -> list[tuple[str, str]]:
    return [
        ("failing", _("Failing")),
        ("waiting", _("Pending")),
        ("quiet", pgettext("several sources", "Quiet")),
        ("fine", pgettext("several sources", "Active")),
        ("paused", _("Paused")),
    ]


@project_view()
def source(request: HttpRequest, membership: Membership, source_id: int) -> HttpResponse:
    shown = get_object_or_404(Source, pk=source_id, project=membership.project)
    latest = DocumentSource.objects.filter(source=shown).select_related("document").order_by("-published")
    context = {
        "row": source_rows([shown], timezone.now())[0],
        "source": shown,
        "items": latest.defer("document__html", "document__search")[:LATEST],
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "sources/source.html", context)


@project_view(Role.MANAGER)
def source_add(request: HttpRequest, membership: Membership) -> HttpResponse:
    """By the address of a feed or of a site. Where a site has several feeds, the page asks which."""
    form = SourceForm(request.POST or None)
    result = AddResult()
    if request.method == "POST" and form.is_valid():
        result = add_source(membership.project, request.user, form.cleaned_data["url"])
        if result.source:
            _tell_added(request, result)
            return redirect("sources", membership.project.pk)
        if result.error:
            trouble = error_text(result.error)
            form.add_error("url", f"{trouble.message} {trouble.advice}")
    context = {"form": form, "opml_form": OpmlForm(), "candidates": result.candidates}
    return render(request, "sources/source_add.html", context)


def _tell_added(request: HttpRequest, result: AddResult) -> None:
    name = {"name": str(result.source)}
    if not result.created:
        messages.info(request, _("“%(name)s” is already a source.") % name)
    elif result.error:
        text = _("“%(name)s” was added, but it’s failing right now.") % name
        messages.warning(request, f"{text} {error_text(result.error).message}")
    else:
        messages.success(request, _("“%(name)s” added. Its first items will arrive shortly.") % name)


@project_view(Role.MANAGER)
def opml_import(request: HttpRequest, membership: Membership) -> HttpResponse:
    form = OpmlForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        result = import_opml(membership.project, request.user, form.cleaned_data["file"])
        if not isinstance(result, ParseError):
            _tell_imported(request, result)
            return redirect("sources", membership.project.pk)
        form.add_error("file", _("This isn’t an OPML file."))
    context = {"form": SourceForm(), "opml_form": form, "candidates": ()}
    return render(request, "sources/source_add.html", context)


def _tell_imported(request: HttpRequest, result: ImportResult) -> None:
    parts = [ngettext("%d source added.", "%d sources added.", result.added) % result.added]
    if result.known:
        parts.append(ngettext("%d already existed.", "%d already existed.", result.known) % result.known)
    messages.success(request, " ".join(parts))
    if result.refused:
        count = len(result.refused)
        text = ngettext("%d invalid URL:", "%d invalid URLs:", count) % count
        named = [Truncator(url).chars(80) for url in result.refused[:5]]
        messages.warning(request, f"{text} {', '.join(named)}{'…' if count > 5 else ''}")


@project_view()
def opml_export(request: HttpRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    content = export_opml(project, Source.objects.filter(project=project, platform="feed").order_by("title", "id"))
    name = f"{slugify(project.name) or 'vigie'}.opml"
    return HttpResponse(
        content, content_type="text/x-opml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_POST
@project_view(Role.MANAGER)
def source_pause(request: HttpRequest, membership: Membership, source_id: int) -> HttpResponse:
    """POST `paused`: 1 to pause, 0 to resume."""
    paused = request.POST.get("paused") == "1"
    changed = pause_source(get_object_or_404(Source, pk=source_id, project=membership.project), request.user, paused)
    text = _("“%(name)s” paused.") if paused else _("Source “%(name)s” resumed.")
    messages.success(request, text % {"name": changed})
    return redirect("source", membership.project.pk, source_id)


@require_POST
@project_view(Role.MANAGER)
def source_poll(request: HttpRequest, membership: Membership, source_id: int) -> HttpResponse:
    asked = get_object_or_404(Source, pk=source_id, project=membership.project)
    poll_now(asked, request.user)
    messages.success(request, _("Checking “%(name)s” now.") % {"name": asked})
    return redirect("source", membership.project.pk, source_id)


@project_view(Role.MANAGER)
def source_delete(request: HttpRequest, membership: Membership, source_id: int) -> HttpResponse:
    """GET asks, POST deletes."""
    doomed = get_object_or_404(Source, pk=source_id, project=membership.project)
    if request.method == "POST":
        delete_source(doomed, request.user)
        messages.success(request, _("Source “%(name)s” deleted.") % {"name": doomed})
        return redirect("sources", membership.project.pk)
    return render(request, "sources/source_delete.html", {"source": doomed})
