"""The form of a watched keyword, and what its query finds while it is typed: by htmx, or by a button without it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import Membership, Project, Role
from dashboards.forms import TopicForm
from dashboards.preview import shown_preview
from monitoring.models import Topic
from monitoring.preview import preview
from monitoring.topics import create_topic, update_topic


@project_view(Role.MANAGER)
def topic_new(request: HttpRequest, membership: Membership) -> HttpResponse:
    """GET takes a `name` and a `query` to begin with."""
    given = {name: request.GET[name] for name in ("name", "query") if name in request.GET}
    form = TopicForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            created = create_topic(membership.project, request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_domain_errors(error)
        else:
            messages.success(request, _("“%(name)s” is watched from now on.") % {"name": created.name})
            return redirect("topic", membership.project.pk, created.pk)
    return _form_page(request, membership, form, None)


@project_view(Role.MANAGER)
def topic_edit(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    edited = get_object_or_404(Topic, pk=topic_id, project=membership.project)
    fields = ("name", "kind", "query", "languages")
    form = TopicForm(request.POST or None, initial={name: getattr(edited, name) for name in fields})
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            update_topic(edited, request.user, **form.cleaned_data)
        except ValidationError as error:
            edited.refresh_from_db()
            form.add_domain_errors(error)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": edited.name})
            return redirect("topic", membership.project.pk, topic_id)
    return _form_page(request, membership, form, edited)


def _form_page(request: HttpRequest, membership: Membership, form: TopicForm, edited: Topic | None) -> HttpResponse:
    context = {"form": form, "topic": edited, "project": membership.project, "query": form["query"].value()}
    if "preview" in request.POST and form.is_valid():
        asked = form.cleaned_data["query"], form.cleaned_data["languages"]
        context |= _previewed(request, membership.project, *asked, edited)
    return render(request, "dashboards/topic_form.html", context)


@require_POST
@project_view(Role.MANAGER)
def topic_check(request: HttpRequest, membership: Membership) -> HttpResponse:
    """POST the fields of the form; `?topic=` names the one that is edited."""
    saved = _saved(request, membership.project)
    form = TopicForm(request.POST, initial={"languages": saved.languages if saved else []})
    is_typed = bool(request.POST.get("query", "").strip())
    mistakes = form.errors.get("query") if is_typed else None
    context = {"mistake": mistakes and mistakes[0], "problem": form.problem, "project": membership.project}
    if is_typed and not mistakes:
        asked = form.cleaned_data["query"], form.cleaned_data.get("languages", [])
        context |= _previewed(request, membership.project, *asked, saved)
    response = render(request, "dashboards/_topic_check.html", context)
    if mistakes:
        response["HX-Reswap"] = "none"  # the last answer stays, and the mistake is shown at the query
    return response


def _previewed(
    request: HttpRequest, project: Project, query: str, languages: list[str], saved: Topic | None
) -> dict[str, object]:
    """The context of _topic_preview.html. `query` can be read."""
    found = preview(project, query, languages, request.user.zone, saved)
    shown = shown_preview(found, timezone.now(), request.user.zone) if found else None
    return {"preview": shown, "is_previewed": True, "query": query}


def _saved(request: HttpRequest, project: Project) -> Topic | None:
    pk = request.GET.get("topic", "")
    return get_object_or_404(Topic, pk=int(pk), project=project) if pk.isascii() and pk.isdigit() else None
