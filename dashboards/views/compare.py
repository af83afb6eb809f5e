"""Compare brands with competitors: numbers, share of voice, net sentiment and platforms.

What each is praised and criticized for, visibility and authors load later (compare_parts.py).
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from assistant.subjects import subject_of_filter
from dashboards.presenters.assistant import summary_box
from dashboards.presenters.compare import compare_page, side_name
from dashboards.presenters.compare_themes import theme_shares
from dashboards.presenters.compare_words import compare_words
from dashboards.presenters.coverage import coverage
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.theme_rows import missing_words
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.comparison import MAX_SIDES, Side, compare, sides_of
from monitoring.insights.comparison_themes import compare_themes
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of, gaps
from monitoring.insights.visibility import weights_query
from monitoring.insights.volume import history_start
from monitoring.models import Keyword


@project_view()
@within_time_limit
def compare_sides(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    f, keywords, sides = read_sides(request, project)
    context: dict[str, object] = {
        "project": project,
        "keywords": keywords,
        "bar": filter_bar(f, keywords),
        "query": f.to_query(),
        "weights": weights_query(request.GET),
        "compared": {keyword.pk for side in sides for keyword in side.keywords},
        "max_sides": MAX_SIDES,
        "names": [side_name(side) for side in sides],
        "may_edit": membership.may(Role.MANAGER),
    }
    if len(sides) > 1:
        start = history_start(f)
        found = compare(f, sides)
        failures = failures_of(project, f.since, f.until)
        unseen = gaps(failures, coverage(project).total, found.starts, f.until, start)
        page = compare_page(found, unseen, has_previous=start is None)
        themes = theme_shares(found, compare_themes(sides))
        context["assistant"] = summary_box(membership, subject_of_filter(f))
        context |= {"page": page, "words": compare_words(page.rows), "total": found.total, "history_start": start}
        context |= {"themes": themes, "themes_missing": "" if themes else missing_words(project, found.total)}
    return render(request, "compare/compare.html", context)


def read_sides(request: SignedInRequest, project: Project) -> tuple[MentionFilter, list[Keyword], tuple[Side, ...]]:
    """Return the filter of a request, the keywords of the project, and the sides that the filter compares."""
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk)
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    f.set_project_keywords(one.pk for one in keywords)
    return f, keywords, sides_of(f, keywords)
