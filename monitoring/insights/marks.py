"""Tell when something changed that numbers over time depend on: a query, a source, the sentiment model.

In: a project and a period. Out: frozen marks, oldest first, at most MAX_MARKS of each kind. They come from the
activity log and from the versions of the sentiment layer. Called by the overview and the API.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import ActivityEntry, Project
from monitoring.models import SentimentLayer

MAX_MARKS = 50
QUERY, SOURCES, MODEL, ANNOTATION = "query", "sources", "model", "annotation"
# A name, the fields of the form that only people see, or a tag change no number.
MATCHING_FIELDS = {"query", "languages", "platforms"}
ACTIONS = {
    "keyword.created": QUERY,
    "keyword.changed": QUERY,
    "keyword.paused": QUERY,
    "keyword.resumed": QUERY,
    "keyword.deleted": QUERY,
    "source.added": SOURCES,
    "source.imported": SOURCES,
    "source.changed": SOURCES,
    "source.paused": SOURCES,
    "source.resumed": SOURCES,
    "source.deleted": SOURCES,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A change: its kind (QUERY, SOURCES, MODEL), its action as in the activity log, and the name of what changed.

    For MODEL the action is "model.version" and `target` the number of the version; for ANNOTATION, which people
    add, "annotation" and its text.
    """

    at: datetime
    kind: str
    action: str
    target: str


def marks(project: Project, since: datetime, until: datetime) -> list[Mark]:
    """Return the changes in a period, in two queries."""
    entries = ActivityEntry.objects.filter(project=project, at__gte=since, at__lt=until, action__in=ACTIONS)
    found = [
        Mark(entry.at, ACTIONS[entry.action], entry.action, entry.target)
        for entry in entries.order_by("-at", "-pk")[:MAX_MARKS]
        if entry.action != "keyword.changed" or MATCHING_FIELDS & entry.detail.get("after", {}).keys()
    ]
    layers = SentimentLayer.objects.filter(project=project, created_at__gte=since, created_at__lt=until)
    used = layers.filter(is_better=True).order_by("-created_at").values_list("created_at", "number")[:MAX_MARKS]
    found += [Mark(at, MODEL, "model.version", str(number)) for at, number in used]
    return sorted(found, key=lambda mark: mark.at)
