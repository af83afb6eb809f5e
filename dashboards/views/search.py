"""The search over all stored items, with or without a matching keyword; a search can become a keyword."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards import charts
from dashboards.forms.query_problem import search_problems
from dashboards.presenters.filter_bar import PERIODS, Choice
from dashboards.presenters.mention_rows import shown_documents
from dashboards.views.time_limit import within_time_limit
from monitoring.insights import documents
from monitoring.insights.meaning import split
from monitoring.insights.periods import named_period
from monitoring.models import Document, Keyword

ANY_TIME = ("", gettext_lazy("Any time"))
MENTIONS_ONLY = "mentions"


@dataclass(frozen=True)
class SearchParameters:
    """The parameters of a search; unknown values count as missing."""

    q: str
    period: str
    within: str

    @classmethod
    def read(cls, request: HttpRequest) -> "SearchParameters":
        period, within = request.GET.get("period", ""), request.GET.get("in", "")
        return cls(
            q=request.GET.get("q", "").strip(),
            period=period if period in dict(PERIODS) else "",
            within=within if within == MENTIONS_ONLY else "",
        )

    def query(self, **changes: str) -> str:
        values = {"q": self.q, "period": self.period, "in": self.within} | changes
        return urlencode({name: value for name, value in values.items() if value})

    def since(self, now: datetime, zone: tzinfo) -> datetime | None:
        return named_period(self.period, now, zone)[0] if self.period else None


@project_view()
@within_time_limit
def search(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The search field and one page of results; htmx requests the following pages, which are rows only."""
    project, asked = membership.project, SearchParameters.read(request)
    context = {
        "project": project,
        "asked": asked,
        "query": asked.query(),
        **(problems := search_problems(asked.q)),
        "phrase": split(asked.q).phrase,
        "may_edit": membership.may(Role.MANAGER),
    }
    if asked.q and not any(problems.values()):
        context |= _found(request, membership, asked)
    if request.htmx and "cursor" in request.GET and "page" in context:
        return render(request, "search/_results.html", context)
    context |= {
        "periods": _choices([ANY_TIME, *PERIODS], asked.period, lambda value: asked.query(period=value)),
        "places": _choices(
            [("", _("All content")), (MENTIONS_ONLY, _("Mentions only"))],
            asked.within,
            lambda value: asked.query(**{"in": value}),
        ),
        "is_first": "cursor" not in request.GET,
        "has_documents": Document.objects.filter(project=project).exists(),
        "watch_query": urlencode({"query": asked.q}),
        "widest": asked.query(period="", **{"in": ""}),
    }
    return render(request, "search/search.html", context)


def _found(request: SignedInRequest, membership: Membership, asked: SearchParameters) -> dict[str, object]:
    project_id = membership.project.pk
    since = asked.since(timezone.now(), request.user.zone)
    wanted = documents.DocumentSearch(project_id, asked.q, since, mentioned=bool(asked.within))
    page = documents.page(wanted, request.GET.get("cursor"))
    colors = charts.keyword_colors(Keyword.objects.filter(project_id=project_id).values_list("pk", flat=True))
    return {"page": page, "rows": shown_documents(page.rows, colors)}


def _choices(pairs: Sequence[tuple[str, str | Promise]], chosen: str, query: Callable[[str], str]) -> list[Choice]:
    return [Choice(str(label), query(value), value == chosen) for value, label in pairs]
