"""Adding sources: one by the URL of a feed or a website, several by an OPML file; and the export as OPML."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import Membership, Role
from dashboards.forms.sources import OpmlForm, SourceForm
from monitoring.feeds.errors import ParseError
from monitoring.messages.opml_reasons import OPML_REASONS
from monitoring.messages.source_errors import error_text
from monitoring.services.opml import ImportResult, export_opml, import_opml
from monitoring.services.sources import AddResult, add_source


@project_view(Role.MANAGER)
def source_add(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the forms, POST adds a source. If a website has several feeds, the page lists them."""
    form = SourceForm(request.POST or None)
    result = AddResult()
    if request.method == "POST" and form.is_valid():
        result = add_source(membership.project, request.user, form.cleaned_data["url"])
        if result.source:
            _report_added(request, result)
            return redirect("sources", membership.project_id)
        if result.error:
            text = error_text(result.error)
            form.add_error("url", f"{text.message} {text.advice}")
    context = {"form": form, "opml_form": OpmlForm(), "candidates": result.candidates}
    return render(request, "sources/source_add.html", context)


@project_view(Role.MANAGER)
def opml_import(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the forms, POST adds the feeds of an OPML file and lists the entries that it left out."""
    form, left_out = OpmlForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        result = import_opml(membership.project, request.user, form.cleaned_data["file"])
        if not isinstance(result, ParseError):
            _report_imported(request, result)
            if not result.left_out:
                return redirect("sources", membership.project_id)
            left_out = [(each.name, OPML_REASONS[each.reason]) for each in result.left_out]
            form = OpmlForm()
        else:
            form.add_error("file", _("This isn’t an OPML file."))
    context = {"form": SourceForm(), "opml_form": form, "candidates": (), "left_out": left_out}
    return render(request, "sources/source_add.html", context)


@project_view()
def opml_export(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The feeds as an OPML file."""
    project = membership.project
    content = export_opml(project, project.sources.filter(platform="feed").order_by("title", "id"))
    name = f"{slugify(project.name) or 'vigie'}.opml"
    return HttpResponse(
        content, content_type="text/x-opml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _report_added(request: SignedInRequest, result: AddResult) -> None:
    name = {"name": str(result.source)}
    if not result.created:
        messages.info(request, _("“%(name)s” is already a source.") % name)
    elif result.error:
        text = _("“%(name)s” was added, but it’s failing right now.") % name
        messages.warning(request, f"{text} {error_text(result.error).message}")
    else:
        messages.success(request, _("“%(name)s” added. Its first items will arrive shortly.") % name)


def _report_imported(request: SignedInRequest, result: ImportResult) -> None:
    text = ngettext("%(number)s source added.", "%(number)s sources added.", result.added)
    parts = [text % {"number": number(result.added)}]
    if result.known:
        text = ngettext("%(number)s already existed.", "%(number)s already existed.", result.known)
        parts.append(text % {"number": number(result.known)})
    messages.success(request, " ".join(parts))
