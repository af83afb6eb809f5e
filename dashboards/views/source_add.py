"""Adding sources: one by the URL of a feed or a website, several by an OPML file; and the export as OPML."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import Membership, Project, Role
from dashboards.forms.sources import OpmlForm, SourceForm, UrlListForm
from dashboards.presenters.fetching import WAIT_S, show_progress, show_result, too_many_fetches
from dashboards.presenters.platform_cards import gallery
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import LeftOut
from monitoring.messages.opml_reasons import OPML_REASONS
from monitoring.messages.source_errors import error_text
from monitoring.models import FetchRequest
from monitoring.services.fetches import INTERRUPTED, TooManyFetches, fetch_of, request_fetch, wait_for
from monitoring.services.opml import ImportResult, export_opml, import_addresses, import_opml
from monitoring.services.sources import Adding, AddResult, Candidate, result_without_fetch


@project_view(Role.MANAGER)
def source_add(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the forms, POST adds a source: a worker fetches it, and slow sites get a page with the progress."""
    form = SourceForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, membership.project, form)
    project, url, is_secret = membership.project, form.cleaned_data["url"], form.cleaned_data["is_secret"]
    result = result_without_fetch(Adding(project, request.user, is_secret), url)
    if result is None:
        try:
            fetch = request_fetch(project, request.user, FetchRequest.Kind.SOURCE, url, {"is_secret": is_secret})
        except TooManyFetches:
            form.add_error("url", too_many_fetches())
            return _form_page(request, project, form)
        if not wait_for(fetch, WAIT_S):
            return redirect("source_fetch", project.pk, fetch.pk)
        result = AddResult.from_json(project, fetch.result)
    return _added(request, membership, form, result)


@project_view(Role.MANAGER)
def source_fetch(request: SignedInRequest, membership: Membership, fetch_id: uuid.UUID) -> HttpResponse:
    """The progress of adding a source, then its result. Another person's is not found."""
    fetch = fetch_of(membership.project, request.user, fetch_id, FetchRequest.Kind.SOURCE)
    if fetch is None:
        raise Http404
    if fetch.state != FetchRequest.State.DONE:
        back = reverse("sources", args=[membership.project_id])
        return show_progress(request, fetch, _("Add a source"), back)
    form = SourceForm({"url": fetch.url, "is_secret": fetch.parameters.get("is_secret")})
    result = AddResult.from_json(membership.project, fetch.result)
    return show_result(request) or _added(request, membership, form, result)


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
    return _form_page(request, membership.project, SourceForm(), opml_form=form, left_out=left_out)


@project_view(Role.MANAGER)
def url_list_import(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the forms, POST adds the feed of each line and lists the lines that it left out."""
    form, left_out = UrlListForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        result = import_addresses(
            membership.project, request.user, form.cleaned_data["urls"], form.cleaned_data["tags"]
        )
        _report_imported(request, result)
        if not result.left_out:
            return redirect("sources", membership.project_id)
        left_out = [(_line(each), OPML_REASONS[each.reason]) for each in result.left_out]
        form = UrlListForm()
    return _form_page(request, membership.project, SourceForm(), url_list_form=form, left_out=left_out)


def _line(left_out: LeftOut) -> str:
    return _("Line %(number)s: %(text)s") % {"number": number(left_out.line), "text": left_out.name}


def _added(request: SignedInRequest, membership: Membership, form: SourceForm, result: AddResult) -> HttpResponse:
    """Return to the sources, or show why the URL was rejected. If a website has several feeds, list them."""
    if result.source:
        _report_added(request, result)
        return redirect("sources", membership.project_id)
    if result.error == INTERRUPTED:
        form.add_error("url", _("Vigie couldn’t finish fetching this page. Try again in a moment."))
    elif result.error:
        text = error_text(result.error)
        form.add_error("url", f"{text.message} {text.advice}")
    return _form_page(request, membership.project, form, candidates=result.candidates)


def _form_page(
    request: SignedInRequest,
    project: Project,
    form: SourceForm,
    *,
    opml_form: OpmlForm | None = None,
    url_list_form: UrlListForm | None = None,
    candidates: Sequence[Candidate] = (),
    left_out: Sequence[tuple[str, str | Promise]] = (),
) -> HttpResponse:
    context = {
        "form": form,
        "opml_form": opml_form or OpmlForm(),
        "url_list_form": url_list_form or UrlListForm(),
        "candidates": candidates,
        "left_out": left_out,
        "gallery": gallery(project),
    }
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
