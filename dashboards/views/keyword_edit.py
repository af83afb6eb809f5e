"""The form of a tracked keyword, and the preview of its query: by htmx while it is typed, or by a button."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from dashboards.forms.keywords import KeywordForm
from dashboards.presenters.assistant import query_draft
from dashboards.presenters.query_preview import shown_preview
from monitoring.content.values import read_id
from monitoring.models import Keyword
from monitoring.query_tools.preview import preview
from monitoring.services.keywords import create_keyword, update_keyword


@project_view(Role.MANAGER)
def keyword_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the form, with `name` and `query` filled in; POST creates the keyword or shows the preview."""
    prefilled = {name: request.GET[name] for name in ("name", "query") if name in request.GET}
    form = KeywordForm(request.POST or None, initial=prefilled)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            created = create_keyword(membership.project, request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_service_errors(error)
        else:
            messages.success(request, _("Now tracking “%(name)s”.") % {"name": created.name})
            return redirect("keyword", membership.project.pk, created.pk)
    return _form_page(request, membership, form, None)


@project_view(Role.MANAGER)
def keyword_edit(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """GET shows the form, with `query` instead of the keyword's own; POST changes the keyword or shows the preview."""
    edited = get_object_or_404(membership.project.keywords, pk=keyword_id)
    fields = ("name", "type", "query", "languages")
    initial = {name: getattr(edited, name) for name in fields}
    if request.method == "GET" and "query" in request.GET:
        initial["query"] = request.GET["query"]
    form = KeywordForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            update_keyword(edited, request.user, **form.cleaned_data)
        except ValidationError as error:
            edited.refresh_from_db()
            form.add_service_errors(error)
        else:
            messages.success(request, _("“%(name)s” saved.") % {"name": edited.name})
            return redirect("keyword", membership.project.pk, keyword_id)
    return _form_page(request, membership, form, edited)


def _form_page(
    request: SignedInRequest, membership: Membership, form: KeywordForm, edited: Keyword | None
) -> HttpResponse:
    context = {"form": form, "keyword": edited, "project": membership.project, "query": form["query"].value()}
    context["assistant"] = query_draft(membership, edited.pk if edited else None)
    if "preview" in request.POST and form.is_valid():
        values = form.cleaned_data["query"], form.cleaned_data["languages"]
        context |= _preview(request, membership.project, *values, edited)
    return render(request, "keywords/keyword_form.html", context)


@project_view(Role.MANAGER)
@require_POST
def keyword_check(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The preview of a query, for htmx. POST the fields of the form; `?keyword=` is the id of the edited keyword."""
    saved = _saved(request, membership.project)
    form = KeywordForm(request.POST, initial={"languages": saved.languages if saved else []})
    is_typed = bool(request.POST.get("query", "").strip())
    mistakes = form.errors.get("query") if is_typed else None
    context: dict[str, object] = {
        "mistake": mistakes and mistakes[0],
        "problem": form.problem,
        "project": membership.project,
    }
    if is_typed and not mistakes:
        values = form.cleaned_data["query"], form.cleaned_data.get("languages", [])
        context |= _preview(request, membership.project, *values, saved)
    response = render(request, "keywords/_query_check.html", context)
    if mistakes:
        response["HX-Reswap"] = "none"  # keep the last preview; the error appears at the query
    return response


def _preview(
    request: SignedInRequest, project: Project, query: str, languages: list[str], saved: Keyword | None
) -> dict[str, object]:
    """Return the context of _query_preview.html for a valid query."""
    found = preview(project, query, languages, request.user.zone, saved)
    shown = shown_preview(found, timezone.now(), request.user.zone) if found else None
    return {"preview": shown, "is_previewed": True, "query": query}


def _saved(request: SignedInRequest, project: Project) -> Keyword | None:
    pk = read_id(request.GET.get("keyword", ""))
    return None if pk is None else get_object_or_404(project.keywords, pk=pk)
