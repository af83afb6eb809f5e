"""The fragments of the compare page that load after it: one side, and visibility with replies, authors and posts.

Both read texts or bounded samples of mentions, which takes longer than counts.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters import overview_details as details
from dashboards.presenters.compare import side_name
from dashboards.presenters.compare_details import shared_author_rows, visibility_rows
from dashboards.presenters.compare_replies import replies_rows, suggested_accounts
from dashboards.presenters.mention_rows import shown_mentions
from dashboards.views.compare import read_sides
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from monitoring.insights.comparison_posts import most_engaging, shared_authors
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import rows_of_documents
from monitoring.insights.official_replies import read_replies
from monitoring.insights.profile import profile
from monitoring.insights.terms import distinctive_terms, typical_documents
from monitoring.insights.visibility import read_parts, read_weights, weights_query

TOP = 4
POSTS = 2  # examples of praise, and of criticism
LABELS = ("positive", "neutral", "negative")


@project_view()
@within_time_limit
def compare_side(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """`side` is the place of the side, from 0."""
    _f, _keywords, sides = read_sides(request, membership.project)
    place = read_id(request.GET.get("side", "")) or 0
    if place >= len(sides):
        raise Http404
    f = sides[place].f
    found = profile(f, TOP)
    heat = details.heat_rows(f, found.heat)
    context = {
        "project": membership.project,
        "name": side_name(sides[place]),
        "place": place,
        "who": place + 1,
        "praise": _opinions(f, "positive"),
        "criticism": _opinions(f, "negative"),
        "sources": details.source_rows(f, found),
        "authors": details.author_rows(f, found),
        "heat": heat,
        "busiest": details.busiest(heat),
    }
    return render(request, _template(request, "side"), context)


@project_view()
@within_time_limit
def compare_details(request: SignedInRequest, membership: Membership) -> HttpResponse:
    _f, _keywords, sides = read_sides(request, membership.project)
    if not sides:
        raise Http404
    read = read_parts(sides)
    found = read_replies(sides)
    replies, may_edit = replies_rows(found), membership.may(Role.MANAGER)
    rivals = [one for side in sides[1:] for one in side.ids]
    posts = most_engaging(sides[0].f.replace(keywords=tuple(rivals))) if rivals else []
    context = {
        "project": membership.project,
        "names": [side_name(side) for side in sides],
        "visibility": visibility_rows(sides, read, read_weights(request.GET)),
        "pairs": [pair for pair in request.GET.lists() if not pair[0].endswith("_weight")],
        "replies": replies,
        "has_accounts": any(row.accounts for row in replies),
        "has_examples": any(row.examples for row in replies),
        "suggested": suggested_accounts(found) if may_edit else [],
        "may_edit": may_edit,
        "authors": shared_author_rows(sides, shared_authors(sides)),
        "posts": shown_mentions(posts),
    }
    response = render(request, _template(request, "details"), context)
    if request.htmx and weights_query(request.GET):
        # The address of the page has the weights, too: it can be shared, and it is the same after a reload.
        response["HX-Replace-Url"] = f"{reverse('compare', args=[membership.project_id])}?{request.GET.urlencode()}"
    return response


def _opinions(f: MentionFilter, label: str) -> dict[str, object]:
    """Return the terms of the mentions with a label, against the others of the same side, and typical posts."""
    own = f.replace(sentiments=(label,))
    terms = distinctive_terms(own, f.replace(sentiments=tuple(one for one in LABELS if one != label)))
    rows = details.term_rows(own, terms.words, terms.sampled, is_complete=terms.is_complete)
    return {"terms": rows, "posts": shown_mentions(rows_of_documents(own, typical_documents(terms, POSTS)))}


def _template(request: SignedInRequest, name: str) -> str:
    """Return the fragment for the page, or a page of its own for a browser without JavaScript."""
    return f"compare/_{name}.html" if request.htmx else f"compare/{name}.html"
