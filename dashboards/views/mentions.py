"""The list of mentions where a team works: filter, read, decide what becomes of each."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import Membership, Role
from dashboards import charts
from dashboards.forms.query_problem import query_problem
from dashboards.presenters.facets import facet_lists
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.mention_rows import full_text, full_title, narrowed, reasons, shown_row, shown_rows
from dashboards.presenters.sentiment_badges import mention_sentiments, row_badges
from monitoring.content.values import read_id
from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.models import DocumentSource, Keyword, Mention
from monitoring.services.corrections import LABELS, correct_sentiment
from monitoring.services.triage import set_status

MAX_AT_ONCE = 200


@project_view()
def mentions(request: HttpRequest, membership: Membership) -> HttpResponse:
    """One page of the list. htmx asks for the following pages as bare rows."""
    project = membership.project
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone)
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    page = mention_lists.page(f, request.GET.get("cursor"))
    context = {
        "project": project,
        "rows": shown_rows(page.rows, charts.colors(keyword.pk for keyword in keywords)),
        "page": page,
        "query": f.to_query(),
        "may_edit": membership.may(Role.MANAGER),
    }
    if request.htmx and "cursor" in request.GET:
        return render(request, "mentions/_mention_rows.html", context)
    context |= {
        "bar": filter_bar(f, keywords),
        "facets": facet_lists(f),
        "count": mention_lists.count(f),
        "keywords": keywords,
        "newest": max((mention.pk for row in page.rows for mention in row.mentions), default=0),
        "is_first": "cursor" not in request.GET,
        "problem": query_problem(f.q) if f.q else None,
    }
    return render(request, "mentions/mentions.html", context)


@project_view()
def mentions_fresh(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How many stories of the list's first page are newer than mention `after`. For htmx."""
    f = MentionFilter.from_query(membership.project, request.GET, timezone.now(), request.user.zone)
    newest = read_id(request.GET.get("after", "")) or 0
    rows = mention_lists.page(f).rows
    fresh = sum(min(mention.pk for mention in row.mentions) > newest for row in rows)
    context = {"fresh": fresh, "is_capped": fresh == mention_lists.PAGE_SIZE, "query": f.to_query(), "newest": newest}
    return render(request, "mentions/_new_mentions.html", context | {"project": membership.project})


@project_view()
def mention(request: HttpRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """One mention in full: a page, or the panel beside the list for htmx."""
    row = mention_lists.row_of(membership.project.pk, mention_id)
    if row is None:
        raise Http404
    context = {
        "project": membership.project,
        "row": shown_row(row),
        "title": full_title(row),
        "text": full_text(row),
        "reasons": reasons(row),
        "sentiments": mention_sentiments(row.mentions),
        "seen_at": DocumentSource.objects.filter(document=row.document).select_related("source").order_by("published"),
        "back": request.GET.urlencode(),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "mentions/_mention_detail.html" if request.htmx else "mentions/mention.html", context)


@require_POST
@project_view(Role.MANAGER)
def mention_status(request: HttpRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), `status`, and `next` for the way back. htmx gets the row as it now is."""
    ids, status = _ids(request.POST.getlist("id")), request.POST.get("status", "")
    if status not in Mention.Status.values or not ids:
        return HttpResponse(status=400)
    set_status(membership.project, request.user, ids, status)
    if request.htmx:
        return _changed_row(request, membership, ids)
    messages.success(request, _("Status changed to “%(status)s”.") % {"status": Mention.Status(status).label})
    return _back(request, membership)


@require_POST
@project_view(Role.MANAGER)
def mention_sentiment(request: HttpRequest, membership: Membership) -> HttpResponse:
    """POST `id` (several), `label` ("" takes a correction back), and `next` for the way back. htmx gets the row as it
    now is: with the mentions `shown` (several), or with those that were corrected.
    """
    ids, label = _ids(request.POST.getlist("id")), request.POST.get("label")
    if label not in ("", *LABELS) or not ids:
        return HttpResponse(status=400)
    correct_sentiment(membership.project, request.user, ids, label)
    if request.htmx:
        return _changed_row(request, membership, _ids(request.POST.getlist("shown")) or ids)
    if label:
        messages.success(request, _("Sentiment changed to “%(label)s”.") % {"label": Mention.Sentiment(label).label})
    else:
        messages.success(request, _("Correction undone."))
    return _back(request, membership)


@project_view()
def mention_sentiment_badges(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Return the current sentiment badges of rows, for the list's script. GET `ids`, comma-separated per row."""
    groups = [_ids(group.split(",")) for group in request.GET.getlist("ids")[:MAX_AT_ONCE]]
    ids = [number for group in groups for number in group]
    found = Mention.objects.filter(keyword__project=membership.project, pk__in=ids).select_related("keyword").in_bulk()
    kept = [[found[number] for number in group if number in found] for group in groups]
    rows = [row_badges(mentions) for mentions in kept if mentions]
    return render(request, "mentions/_sentiment_badge_rows.html", {"rows": rows})


def _ids(texts: list[str]) -> list[int]:
    """Ids, none where one of them is nonsense or there are too many."""
    good = [number for text in texts if (number := read_id(text)) is not None]
    return good if len(good) == len(texts) <= MAX_AT_ONCE else []


def _back(request: HttpRequest, membership: Membership) -> HttpResponse:
    target = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_safe else reverse("mentions", args=[membership.project.pk]))


def _changed_row(request: HttpRequest, membership: Membership, ids: list[int]) -> HttpResponse:
    row = mention_lists.row_of(membership.project.pk, ids[0])
    if row is None:
        raise Http404
    keyword_ids = Keyword.objects.filter(project=membership.project).values_list("pk", flat=True)
    shown = shown_row(narrowed(row, ids), charts.colors(keyword_ids))
    return render(request, "components/_mention.html", {"row": shown, "project": membership.project, "may_edit": True})
