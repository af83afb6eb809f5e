"""The fragments of the overview that load after it: its lower part, and why a peak is there.

Both read texts of mentions, a bounded sample of them, which takes longer than the counts above.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.presenters import overview_details as details
from dashboards.presenters.mention_rows import shown_mentions
from dashboards.presenters.overview_tiles import reach_tile
from dashboards.presenters.story_rows import story_rows
from dashboards.presenters.theme_rows import missing_words, theme_rows
from dashboards.presenters.time_chart import title_of
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.breakdown import Subject, subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.peaks import explain
from monitoring.insights.profile import known_reach, profile
from monitoring.insights.terms import distinctive_terms
from monitoring.insights.themes import themes
from monitoring.insights.top_stories import top_stories
from monitoring.models import Keyword

TOP_THEMES = 5


@project_view()
@within_time_limit
def overview_details(request: SignedInRequest, membership: Membership) -> HttpResponse:
    subject = _subject(request, membership)
    f, counted = subject.f, themes(subject.f)
    found, terms, reach = profile(f), distinctive_terms(f), known_reach(f)
    heat = details.heat_rows(f, found.heat)
    mentions_url = reverse("mentions", args=[membership.project_id])
    context = {
        "project": membership.project,
        "query": f.to_query(),
        "mentions_url": mentions_url,
        "heat": heat,
        "busiest": details.busiest(heat),
        "hours": range(24),
        "zone": str(f.zone),
        "themes": theme_rows(f, counted.shown[:TOP_THEMES], counted.total, subject.keywords),
        "themes_missing": "" if counted.shown else missing_words(membership.project, counted.total),
        "stories": story_rows(f, top_stories(f)),
        "sources": details.source_rows(f, found),
        "authors": details.author_rows(f, found),
        "terms": terms,
        "words": details.term_rows(f, terms.words, terms.sampled, is_complete=terms.is_complete),
        "hashtags": details.term_rows(f, terms.hashtags, terms.sampled, is_complete=terms.is_complete),
        "reach": reach_tile(reach, f"{mentions_url}?{f.to_query()}"),
    }
    return render(request, _template(request, "details"), context)


@project_view()
@within_time_limit
def overview_peak(request: SignedInRequest, membership: Membership) -> HttpResponse:
    f = _subject(request, membership).f
    found = explain(f)
    mentions_url = reverse("mentions", args=[membership.project_id])
    context = {
        "project": membership.project,
        "title": title_of(f),
        "mentions_url": mentions_url,
        "query": f.to_query(),
        "total": found.total,
        "negative": round(100 * found.total.split.negative / max(found.total.documents, 1)),
        "words": details.term_rows(f, found.terms.words, found.terms.sampled, is_complete=found.terms.is_complete),
        "terms": found.terms,
        "theme": found.theme,
        "sources": [(row, f.replace(sources=(row.key,)).to_query()) for row in found.sources],
        "posts": shown_mentions(found.posts),
    }
    return render(request, _template(request, "peak"), context)


def _template(request: SignedInRequest, name: str) -> str:
    """Return the fragment for the page, or a page of its own for a browser without JavaScript."""
    return f"overview/_{name}.html" if request.htmx else f"overview/{name}.html"


def _subject(request: SignedInRequest, membership: Membership) -> Subject:
    """Return what the overview is about, with the filter of the page."""
    project = membership.project
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk)
    return subject_of(f, list(Keyword.objects.filter(project=project).order_by("id")))
