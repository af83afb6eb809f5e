"""The setup of a project: names, then suggested queries and sources, then the progress until the first mentions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts.ready_made import add_ready_made
from dashboards.forms.setup import NamesForm, QueryForm, QueryFormSet, SourcesForm, confirmed
from dashboards.presenters.reading_cost import reading_cost
from dashboards.presenters.setup_progress import setup_progress
from monitoring.query_tools.preview import preview
from monitoring.services.setup import SetupProblem, set_up


@project_view(Role.MANAGER)
def setup(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the names; POST `names` suggests queries, POST `start` creates the keywords and sources."""
    project = membership.project
    if request.method == "POST" and "start" in request.POST:
        return _start(request, project)
    form = NamesForm(request.POST or None, initial={"brand": project.name})
    if request.method == "POST" and form.is_valid():
        suggestions = form.suggestions()
        initial = [{"name": one.name, "type": kind, "query": one.query} for kind, one in suggestions]
        sources = SourcesForm(initial={"languages": form.cleaned_data["languages"], "platforms": _all_platforms()})
        queries = QueryFormSet(initial=initial)
        risks = [one.risks for _kind, one in suggestions]
        return _queries_page(request, project, queries, sources, risks)
    return render(request, "setup/names.html", {"project": project, "form": form})


def _start(request: SignedInRequest, project: Project) -> HttpResponse:
    queries, sources = QueryFormSet(request.POST), SourcesForm(request.POST)
    if not (queries.is_valid() and sources.is_valid()):
        return _queries_page(request, project, queries, sources)
    keywords = confirmed(queries)
    if not keywords:
        queries.forms[0].add_error("query", _("Enter at least one query."))
        return _queries_page(request, project, queries, sources)
    languages, platforms = sources.cleaned_data["languages"], sources.cleaned_data["platforms"]
    try:
        set_up(project, request.user, [keyword for _place, keyword in keywords], languages, platforms)
    except SetupProblem as problem:
        form = queries.forms[keywords[problem.place][0]]
        form.add_error("query", [text for texts in problem.error.message_dict.values() for text in texts])
        return _queries_page(request, project, queries, sources)
    add_ready_made(project, request.user, "bad_buzz")
    messages.success(request, _("Your project is set up. Vigie is reading the first items."))
    return redirect("setup_progress", project.pk)


def _queries_page(
    request: SignedInRequest,
    project: Project,
    queries: "QueryFormSet",  # type: ignore[valid-type]  # made by formset_factory
    sources: SourcesForm,
    risks: list[tuple[str, ...]] | None = None,
) -> HttpResponse:
    forms: list[QueryForm] = queries.forms  # type: ignore[attr-defined]
    shown = list(zip(forms, risks or [()] * len(forms), strict=True))
    has_items = project.documents.exists()
    context = {"project": project, "queries": queries, "shown": shown, "sources": sources, "has_items": has_items}
    return render(request, "setup/queries.html", context)


def _all_platforms() -> list[str]:
    return [str(name) for name, _label in SourcesForm().fields["platforms"].choices]  # type: ignore[attr-defined]


@project_view()
def progress(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Sources read, items and mentions so far: a page, or for htmx its changing part."""
    context = {"project": membership.project, "progress": setup_progress(membership.project)}
    context["may_invite"] = membership.may(Role.ADMIN)
    return render(request, "setup/_progress.html" if request.htmx else "setup/progress.html", context)


@project_view(Role.MANAGER)
@require_POST
def query_cost(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """How many items per day a query matches, and the minutes to read them, for htmx. POST the field `name` names."""
    query = request.POST.get(request.GET.get("name", "query"), "")
    form = QueryForm({"name": "-", "type": "brand", "query": query})
    cost = None
    if query.strip() and form.is_valid():
        found = preview(membership.project, form.cleaned_data["query"], [], request.user.zone)
        cost = reading_cost(found, timezone.now(), request.user.zone) if found else None
    return render(request, "components/_reading_cost.html", {"cost": cost})
