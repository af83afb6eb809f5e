"""The response to a change of a mention in the list: its row now, and whether the list still has it.

In: the posted ids and `list`, the query string of the list on the page. Out: the row, whose `data-fits` is "no" if it
no longer matches the list's filter; static/js/list/rows.js removes it then. Without `list`, every row matches. Where a
row stands for a story, it is the one that the story has in the list now: of another item, if the first left it. Around
the row: the id of the change, with which the page undoes it, and the message about it.
Called by every view that changes mentions one at a time.
"""

from collections.abc import Sequence

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest
from accounts.models import Membership
from dashboards.presenters.mention_rows import shown_with_work, with_mentions
from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter


def changed_row(
    request: SignedInRequest,
    membership: Membership,
    ids: Sequence[int],
    change_id: int | None = None,
    message: str = "",
) -> HttpResponse:
    """Return the row of the first of these mentions, with those of them that are of the same item."""
    row = mention_lists.row_of(membership.project_id, ids[0])
    if row is None:
        raise Http404
    f = list_filter(request, membership)
    listed = mention_lists.row_of_story(f, row.story_id) if f and f.is_folded and row.story_id else None
    context = {
        "row": shown_with_work([listed or with_mentions(row, ids)], timezone.now())[0],
        "fits": f is None or listed is not None or bool(mention_lists.still_listed(f, [row])),
        "query": f.to_query() if f else "",
        "project": membership.project,
        "may_edit": True,
        "change_id": change_id,
        "message": message,
        "pick": True,
    }
    return render(request, "mentions/_changed_row.html", context)


def list_filter(request: SignedInRequest, membership: Membership) -> MentionFilter | None:
    """Return the filter of the list that a change was made in, None if the page has none."""
    query = request.POST.get("list")
    if query is None:
        return None
    params = QueryDict(query)
    return MentionFilter.from_query(
        membership.project, params, timezone.now(), request.user.zone, person_id=request.user.pk
    )
