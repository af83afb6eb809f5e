"""The list of authors, the welcome queue, and the rules of labels. Members read, managers greet, admins set rules."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.author_rules import AuthorRulesForm
from dashboards.presenters.authors import LABEL_NAMES, shown_author, shown_authors
from dashboards.presenters.mention_rows import shown_mention
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.content.scrub import scrub
from monitoring.content.values import read_id
from monitoring.insights import authors as author_lists
from monitoring.insights.authors import LABELS, SORTS, AuthorQuery
from monitoring.insights.mentions import MentionRow
from monitoring.messages.author_rules import rule_sentences
from monitoring.messages.labels import platform_name
from monitoring.models import Author, AuthorSettings, Mention, Source
from monitoring.services import authors as author_service

MAX_QUERY = 100  # characters


@project_view()
@within_time_limit
def authors(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """One page of the list; `q`, `sort`, `label`, `platform` and `tag` choose it, unknown values choose nothing."""
    project, given = membership.project, request.GET
    query = AuthorQuery(
        project.pk,
        q=scrub(given.get("q", ""))[:MAX_QUERY].strip(),
        sort=given.get("sort", "") if given.get("sort") in SORTS else "mentions",
        label=given.get("label", "") if given.get("label") in LABELS else "",
        platform=scrub(given.get("platform", ""))[:30],
        tag=scrub(given.get("tag", ""))[:50],
    )
    page = author_lists.author_page(query, given.get("cursor", ""))
    parameters = given.copy()
    parameters["cursor"] = page.next_cursor
    platforms = Source.objects.filter(project=project).values_list("platform", flat=True).distinct()
    context = {
        "project": project,
        "rows": shown_authors(page.rows),
        "query": query,
        "is_filtered": bool(query.q or query.label or query.platform or query.tag),
        "next_query": parameters.urlencode() if page.next_cursor else "",
        "sorts": {key: _sort_name(key) for key in SORTS},
        "labels": LABEL_NAMES,
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
    project, now = membership.project, timezone.now()
    waiting = author_lists.welcome_queue(project.pk, now)
    first = author_lists.first_mentions(waiting)
    rules = author_service.settings_of(project)
    context = {
        "project": project,
        "rows": [
            (shown_author(one), _mention_of(first.get(one.pk)), _is_return(one), one.welcome_at) for one in waiting
        ],
        "rules": rules,
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "authors/welcome.html", context)


def _mention_of(mention: Mention | None) -> tuple[int, str] | None:
    """Return the id of a mention and its title, or the start of its text if it has none."""
    return (mention.pk, shown_mention(MentionRow(mention.document, (mention,))).title) if mention else None


def _is_return(author: Author) -> bool:
    return bool(author.first_at and author.welcome_at and author.welcome_at > author.first_at)


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
