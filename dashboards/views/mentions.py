"""The mention list and the page of one mention. views/triage.py changes their status and sentiment."""

from collections.abc import Iterable
from http import HTTPStatus

from django.db.models import Max
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.query_problem import search_problem
from dashboards.presenters.answer_box import answer_box
from dashboards.presenters.assistant import reply_draft
from dashboards.presenters.authors import author_of
from dashboards.presenters.conflicts import ShownConflict
from dashboards.presenters.count_history import count_history
from dashboards.presenters.curation import picker
from dashboards.presenters.edit_history import edit_history
from dashboards.presenters.facets import facet_lists
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.inbox_views import inbox_views
from dashboards.presenters.item_history import item_history
from dashboards.presenters.list_order import list_orders
from dashboards.presenters.match_reasons import match_reasons
from dashboards.presenters.mention_rows import (
    full_text,
    full_title,
    shown_mention,
    shown_with_work,
    with_mentions,
)
from dashboards.presenters.noise_hint import noise_hint
from dashboards.presenters.notes import shown_notes
from dashboards.presenters.post_facts import conversation, followers
from dashboards.presenters.selection import selection_context
from dashboards.presenters.sent_replies import shown_replies, under_way
from dashboards.presenters.sentiment_badges import mention_sentiments
from dashboards.presenters.story import shared_story
from dashboards.presenters.triage_controls import triage_controls
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from monitoring.insights import mentions as mention_lists
from monitoring.insights.dimensions import FOLD
from monitoring.insights.engagement import points_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.history import history_of
from monitoring.insights.time_limit import TooSlow, time_limit
from monitoring.models import DocumentSource, Keyword, Mention, RawItem

FIRST_PAGE_SIZE = 30  # rows; a tall screen shows 25, and the next page loads when its end comes into view


@project_view()
@within_time_limit
def mentions(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """One page of the list. htmx requests the following pages, which are rows only.

    `counts` are the views and facets with their numbers and that of the list, which the page loads after the rows,
    with the `fields` of the menu of all filters; without JavaScript, a link opens the page with them.
    """
    project = membership.project
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk)
    if not request.GET.keys() - {"cursor", "counts"}:
        f = f.replace(stories=FOLD)
    is_counted = "counts" in request.GET
    if request.htmx and is_counted:
        return render(request, "mentions/_counts.html", _counts(f) | _filter_fields(f, request))
    cursor = request.GET.get("cursor")
    page = mention_lists.page(f, cursor, mention_lists.PAGE_SIZE if cursor else FIRST_PAGE_SIZE)
    context = {
        "project": project,
        "rows": shown_with_work(page.rows, timezone.now()),
        "page": page,
        "query": f.to_query(),
        "may_edit": membership.may(Role.MANAGER),
    }
    if request.htmx and "cursor" in request.GET:
        return render(request, "mentions/_mention_rows.html", context)
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    context |= {
        **(_counts(f) if is_counted else {"views": inbox_views(f)}),
        "bar": filter_bar(f, keywords),
        "keywords": keywords,
        "newest": _newest(f, page.rows),
        "orders": list_orders(f),
        "is_first": "cursor" not in request.GET,
        "problem": search_problem(f.q) if f.q else None,
        "is_noise": bool(f.probably),
        **selection_context(membership, timezone.now()),
    }
    return render(request, "mentions/mentions.html", context)


def _counts(f: MentionFilter) -> dict[str, object]:
    """Return the context of the counts: those of the views, of the facets, and of the list."""
    facets = facet_lists(f)
    return {
        "facets": facets,
        "views": inbox_views(f, facets),
        "count": mention_lists.count(f),  # which the facets have counted
        "here": reverse("mentions", args=[f.project_id]),
    }


def _filter_fields(f: MentionFilter, request: SignedInRequest) -> dict[str, object]:
    """Return the context of the menu of all filters, if it is asked for."""
    if "fields" not in request.GET:
        return {}
    return {"bar": filter_bar(f, Keyword.objects.filter(project_id=f.project_id))}


def _newest(f: MentionFilter, rows: Iterable[mention_lists.MentionRow]) -> int:
    """Return the highest id of a mention that the page may show; by urgency, it is on any page."""
    if f.order:
        return Mention.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return max((mention.pk for row in rows for mention in row.mentions), default=0)


@project_view()
def mentions_fresh(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """How many items of the list's first page are newer than the mention with id `after`, for htmx."""
    f = MentionFilter.from_query(
        membership.project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk
    )
    newest = read_id(request.GET.get("after", "")) or 0
    try:
        with time_limit():
            keys, _following = mention_lists.keys_after(f, None, mention_lists.PAGE_SIZE)
    except TooSlow:  # nobody waits for this: the list asks again later
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    fresh = sum(min(key.mention_ids) > newest for key in keys)
    context = {"fresh": fresh, "is_capped": fresh == mention_lists.PAGE_SIZE, "query": f.to_query(), "newest": newest}
    return render(request, "mentions/_new_mentions.html", context | {"project": membership.project})


@project_view()
def mention(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """One mention in full: a page, or for htmx the reading pane of the list that the query string shows."""
    return mention_page(request, membership, mention_id, request.GET.urlencode())


def _whole_story(request: SignedInRequest, membership: Membership, row: mention_lists.MentionRow, query: str) -> int:
    """Return the number of items that the row of the list stands for, 0 if for this one alone."""
    f = MentionFilter.from_query(
        membership.project, QueryDict(query), timezone.now(), request.user.zone, person_id=request.user.pk
    )
    listed = mention_lists.row_of_story(f, row.story_id) if f.is_folded and row.story_id else None
    return listed.others + 1 if listed and listed.others and listed.document == row.document else 0


def mention_page(
    request: SignedInRequest,
    membership: Membership,
    mention_id: int,
    query: str,
    conflict: ShownConflict | None = None,
) -> HttpResponse:
    """Return the page or the pane; with a `conflict`, what somebody else has changed. `query` is that of the list."""
    row = mention_lists.row_of(membership.project_id, mention_id)
    if row is None:
        raise Http404
    project, reader, now = membership.project, request.user, timezone.now()
    may_edit = membership.may(Role.MANAGER)
    replies, shown = shown_replies(project, row.document.pk), shown_mention(row)
    context = {
        "project": project,
        "row": shown,
        "noise": noise_hint(project.pk, shown),
        "triage": triage_controls(project, row.document.pk, reader, now),
        "past": item_history(history_of(project.pk, row.document.pk), reader, may_edit),
        "conflict": conflict,
        "changed": shown_with_work([with_mentions(row, conflict.ids)], now)[0] if conflict else None,
        "title": full_title(row),
        "text": full_text(row),
        "reasons": match_reasons(row),
        "sentiments": mention_sentiments(row.mentions),
        "seen_at": DocumentSource.objects.filter(document=row.document).select_related("source").order_by("published"),
        "notes": shown_notes(membership, row.document.pk),
        "history": edit_history(row.document),
        "count_history": count_history(points_of(row.document), now),
        "followers": followers(row.document),
        "author": author_of(row.document),
        "conversation": conversation(row.document),
        "story": shared_story(row.document),
        "whole_story": _whole_story(request, membership, row, query) if request.htmx else 0,
        "raw_item": RawItem.objects.filter(document=row.document).first() if membership.may(Role.ADMIN) else None,
        "back": query,
        "next": f"{reverse('mentions', args=[project.pk])}?{query}"
        if request.htmx
        else f"{reverse('mention', args=[project.pk, mention_id])}?{query}",
        "may_edit": may_edit,
        "answer": answer_box(
            project,
            mention_id,
            row.document,
            reader,
            saved_reply_id=read_id(request.GET.get("saved", "")),
            assistant_id=read_id(request.GET.get("assistant", "")),
        ),
        "assistant": reply_draft(membership, mention_id, row.document),
        "mention_id": mention_id,
        "picker": picker(membership, row.document.pk),
        "replies": replies,
        "pending": under_way(replies),
    }
    if request.htmx:
        return render(request, "mentions/_mention_detail.html", context)
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
    return render(request, "mentions/mention.html", context, status=status)
