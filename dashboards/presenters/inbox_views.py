"""The views of the inbox: the list by status, each with its count and a link that keeps the other filters.

In: a MentionFilter and the facet of its statuses, without which views have no counts. Out: frozen rows for
templates/mentions/_views.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from dashboards.presenters.facets import FacetList
from monitoring.insights.dimension import Key
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import FIRST_YEAR
from monitoring.insights.triage_dimensions import ME
from monitoring.models import Mention

Status = Mention.Status
VIEWS = (
    (Status.NEEDS_REPLY, "reply"),
    (Status.TO_REVIEW, "inbox"),
    (Status.REPLIED, "check"),
    (Status.IGNORED, "ban"),
)


@dataclass(frozen=True)
class InboxView:
    """A view; `query` is the query string that shows it under the other filters."""

    label: str
    icon: str
    count: int | None
    query: str
    is_current: bool


def inbox_views(f: MentionFilter, facets: Iterable[FacetList] | None = None) -> list[InboxView]:
    """Return the views by status, then everything but ignored mentions and the approvals to do."""
    counts: dict[Key, int] = {}
    if facets is not None:
        [by_status] = [facet for facet in facets if facet.parameter == DIMENSIONS["statuses"].parameter]
        counts = {choice.key: choice.count for choice in by_status.choices}
    views = [
        InboxView(
            str(status.label),
            icon,
            counts.get(status),
            f.replace(statuses=(status,)).to_query(),
            f.statuses == (status,),
        )
        for status, icon in VIEWS
    ]
    everything = f.replace(statuses=()).to_query()
    count = f.all_statuses_count if counts else None
    views.append(
        InboxView(_("All but ignored"), "layout-dashboard", count, everything, not f.statuses and not f.approval)
    )
    return [*views, *_approvals(f, is_counted=bool(counts))]


def _approvals(f: MentionFilter, *, is_counted: bool) -> list[InboxView]:
    """Return the view of what the person is asked to approve, however old and of every status, if there is any."""
    if not is_counted and not f.approval:
        return []
    wide = MentionFilter(
        project_id=f.project_id,
        since=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC),
        until=f.until,
        zone=f.zone,
        person_id=f.person_id,
        statuses=tuple(Status.values),
        approval=ME,
    )
    count = wide.document_count if is_counted else None
    if not count and not f.approval:
        return []
    return [InboxView(_("Approvals to do"), "users", count, wide.to_query(), f.approval == ME)]
