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
from monitoring.insights.triage_dimensions import ME, NOISE
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
    """Return the views by status, then all but ignored mentions, what is probably noise, and the approvals to do."""
    shown = f
    if f.probably:  # otherwise the filter itself, whose rows have been counted
        f = f.replace(probably="")
    counts: dict[Key, int] = {}
    if facets is not None:
        [by_status] = [facet for facet in facets if facet.parameter == DIMENSIONS["statuses"].parameter]
        counts = {choice.key: choice.count for choice in by_status.choices}
        if shown.probably:  # under which every status but one has none
            counts = {status: f.replace(statuses=(status,)).document_count for status, _icon in VIEWS}
    views = [
        InboxView(
            str(status.label),
            icon,
            counts.get(status),
            f.replace(statuses=(status,)).to_query(),
            f.statuses == (status,) and not shown.probably,
        )
        for status, icon in VIEWS
    ]
    everything = f.replace(statuses=()).to_query()
    count = f.all_statuses_count if counts else None
    is_all = not f.statuses and not f.approval and not shown.probably
    views.append(InboxView(_("All but ignored"), "layout-dashboard", count, everything, is_all))
    return [*views, *_probable_noise(shown, is_counted=bool(counts)), *_approvals(f, is_counted=bool(counts))]


def _probable_noise(f: MentionFilter, *, is_counted: bool) -> list[InboxView]:
    """Return the view of what is suggested as noise under the other filters, if there is any."""
    if not is_counted and not f.probably:
        return []
    noise = f.replace(statuses=(Status.TO_REVIEW,), probably=NOISE)
    count = noise.document_count if is_counted else None
    if not count and not f.probably:
        return []
    return [InboxView(_("Probably noise"), "lightbulb", count, noise.to_query(), bool(f.probably))]


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
