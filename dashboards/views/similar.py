"""The mentions that are similar to one: a page, or a few of them for the reading pane."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.presenters.mention_rows import shown_mention
from dashboards.presenters.similar import shown_similar
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.mentions import row_of
from monitoring.insights.similar import MAX_SIMILAR, similar_mentions

IN_PANE = 5


@project_view()
@within_time_limit
def similar(request: SignedInRequest, membership: Membership, mention_id: int) -> HttpResponse:
    """The list. The query string is that of the list of mentions, which the page leads back to."""
    row = row_of(membership.project_id, mention_id)
    if row is None:
        raise Http404
    found = shown_similar(similar_mentions(row.document, IN_PANE if request.htmx else MAX_SIMILAR))
    context = {
        "project": membership.project,
        "mention_id": mention_id,
        "similar": found,
        "back": request.GET.urlencode(),
    }
    if request.htmx:
        return render(request, "mentions/_similar.html", context)
    return render(request, "mentions/similar.html", context | {"row": shown_mention(row)})
