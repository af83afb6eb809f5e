"""The page of themes: what the mentions of a period are about, each theme with its size, sentiment and posts.

Members read, managers rename and hide.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.theme_rows import missing_words, others_words, theme_rows
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.insights.breakdown import subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.themes import sample_posts
from monitoring.insights.themes import themes as count_themes
from monitoring.models import Keyword
from monitoring.services.themes import hide_theme, rename_theme

MAX_SHOWN = 30


@project_view()
@within_time_limit
def themes(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The themes of the same mentions as the overview's."""
    project, now = membership.project, timezone.now()
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    f = MentionFilter.from_query(project, request.GET, now, request.user.zone, person_id=request.user.pk)
    f.set_project_keywords(one.pk for one in keywords)
    subject = subject_of(f, keywords)
    found = count_themes(subject.f)
    shown = found.shown[:MAX_SHOWN]
    posts = sample_posts(subject.f, [one.theme.pk for one in shown]) if shown else {}
    context = {
        "project": project,
        "bar": filter_bar(f, keywords),
        "subject": subject,
        "query": subject.f.to_query(),
        "may_edit": membership.may(Role.MANAGER),
        "rows": theme_rows(subject.f, shown, found.total, subject.keywords, posts),
        "hidden": theme_rows(subject.f, found.hidden, found.total, subject.keywords),
        "others": others_words(found),
        "missing": "" if shown else missing_words(project, found.total),
        "run": found.run,
    }
    return render(request, "themes/themes.html", context)


@project_view(Role.MANAGER)
@require_POST
def theme_change(request: SignedInRequest, membership: Membership, theme_id: int) -> HttpResponse:
    """POST `name` to rename a theme ("" gives it its terms again), `hidden` "yes" or "no"; and `next` to return to."""
    theme = get_object_or_404(membership.project.themes, pk=theme_id)
    try:
        if "hidden" in request.POST:
            hide_theme(theme, request.user, hidden=request.POST["hidden"] == "yes")
            hidden = request.POST["hidden"] == "yes"
            messages.success(request, _("Theme hidden.") if hidden else _("Theme shown again."))
        else:
            rename_theme(theme, request.user, request.POST.get("name", ""))
            messages.success(request, _("Theme renamed to “%(name)s”.") % {"name": theme.name})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return back(request, membership)
