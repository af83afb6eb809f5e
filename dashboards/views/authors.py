"""The list of authors, the welcome queue, and the rules of labels. Members read, managers greet, admins set rules."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.formats import duration
from accounts.models import Membership, Role
from dashboards.forms.author_rules import AuthorRulesForm
from dashboards.presenters.authors import shown_authors, shown_waiting
from dashboards.presenters.newcomers import newcomer_sentences
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.content.values import read_id
from monitoring.insights import authors as author_lists
from monitoring.insights.authors import SORTS, AuthorQuery
from monitoring.insights.newcomers import newcomers
from monitoring.messages.author_rules import rule_sentences
from monitoring.messages.labels import AUTHOR_LABELS, platform_name
from monitoring.models import AuthorSettings, Source
from monitoring.services import authors as author_service
from workplace import welcome_replies
from workplace.models import SavedReply
from workplace.saved_replies import saved_replies


@project_view()
@within_time_limit
def authors(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """One page of the list; `q`, `sort`, `label`, `platform` and `tag` choose it, unknown values choose nothing."""
    project, given = membership.project, request.GET
    query = AuthorQuery.read(project.pk, given)
    page = author_lists.author_page(query, given.get("cursor", ""))
    parameters = given.copy()
    parameters["cursor"] = page.next_cursor
    platforms = Source.objects.filter(project=project).values_list("platform", flat=True).distinct()
    context = {
        "project": project,
        "rows": shown_authors(page.rows),
        "query": query,
        "is_filtered": query.is_filtered,
        "next_query": parameters.urlencode() if page.next_cursor else "",
        "sorts": {key: _sort_name(key) for key in SORTS},
        "labels": AUTHOR_LABELS,
        "platforms": sorted((platform_name(one), one) for one in platforms),
        "tags": author_service.tags_of_authors(project),
        "waiting": author_lists.welcome_count(project.pk, timezone.now()),
        "max_waiting": author_lists.MAX_QUEUE,
        "rules": rule_sentences(author_service.settings_of(project)),
        "is_filling": AuthorSettings.objects.filter(project=project, backfilled_to__isnull=False).exists(),
    }
    return render(request, "authors/authors.html", context)


def _sort_name(key: str) -> str:
    return {"mentions": _("Mentions"), "last": _("Last mention"), "followers": _("Followers")}[key]


@project_view()
@within_time_limit
def welcome(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The welcome queue: who wrote for the first time, and who is back, with the mention to reply to."""
    project = membership.project
    reply, rules = welcome_replies.welcome_reply(project), author_service.settings_of(project)
    waiting = author_lists.welcome_queue(project.pk, timezone.now())
    context = {
        "project": project,
        "rows": shown_waiting(waiting, reply),
        "rules": rules,
        "measures": newcomer_sentences(newcomers(project.pk, timezone.now())),
        "return_after": duration(rules.return_days * 86_400),
        "reply": reply.reply,
        "replies": saved_replies(project),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "authors/welcome.html", context)


@project_view(Role.MANAGER)
@require_POST
def welcome_reply(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `reply`, the id of the saved reply that replies from the queue start with; "" for none."""
    text = request.POST.get("reply", "")
    try:
        # No saved reply has the id 0.
        welcome_replies.set_welcome_reply(membership.project, request.user, (read_id(text) or 0) if text else None)
    except SavedReply.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Saved reply chosen.") if text else _("Saved reply removed."))
    return redirect("welcome", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def author_greet(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST the ids of authors as `author`: they leave the welcome queue. `next` is the page to return to."""
    ids = [pk for value in request.POST.getlist("author")[:100] if (pk := read_id(value)) is not None]
    if not author_service.greet(membership.project, request.user, ids):
        messages.info(request, _("Someone has already done this."))
    return back(request, membership)


@project_view()
def author_rules(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the rules of labels and of the welcome queue, POST changes them."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    rules = author_service.settings_of(project)
    sentences = rule_sentences(rules)  # before an invalid form has changed the instance
    form = AuthorRulesForm(request.POST or None, instance=rules, may_change=is_admin)
    if request.method == "POST" and form.is_valid():
        author_service.set_rules(project, request.user, **form.cleaned_data)
        messages.success(request, _("Author rules saved. Labels follow within minutes."))
        return redirect("author_rules", project.pk)
    context = {"project": project, "form": form, "is_admin": is_admin, "rules": sentences}
    return render(request, "authors/rules.html", context)
