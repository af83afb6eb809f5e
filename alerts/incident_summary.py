"""The summary of an incident: how long it lasted, how big it was, and what people did. Called by its page, its last
message, its PDF and the API.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, number
from alerts.incident_evidence import Syndication, Tally, tally
from alerts.models import Incident
from monitoring.insights.filters import MentionFilter


@dataclass(frozen=True)
class Summary:
    """`until_acknowledged` is None if nobody did. The duration of an open incident is that until now."""

    duration: timedelta
    until_acknowledged: timedelta | None
    tally: Tally
    tasks: int
    tasks_done: int


def summary_of(incident: Incident, f: MentionFilter, now: datetime) -> Summary:
    """Return the summary until now, or until the end of the incident; `f` is the filter of all its mentions."""
    done = list(incident.tasks.values_list("done_at", flat=True))
    acknowledged = incident.acknowledged_at
    return Summary(
        duration=(incident.closed_at or now) - incident.opened_at,
        until_acknowledged=acknowledged - incident.opened_at if acknowledged else None,
        tally=tally(f),
        tasks=len(done),
        tasks_done=sum(at is not None for at in done),
    )


def summary_facts(summary: Summary) -> list[tuple[str, str]]:
    """Return the summary as pairs of a label and a text, in the active language."""
    counted = summary.tally
    facts = [
        (_("Duration"), duration(summary.duration.total_seconds())),
        (_("Items"), number(counted.items)),
        (_("Negative items"), _("%(part)s of %(all)s") % _pair(counted.negative, counted.analyzed)),
        (_("Authors"), number(counted.authors)),
        (_("Copies"), syndication_words(counted.syndication)),
        (_("Replied"), number(counted.replied)),
        (
            _("Acknowledged after"),
            "–" if summary.until_acknowledged is None else duration(summary.until_acknowledged.total_seconds()),
        ),
    ]
    if summary.tasks:
        facts.append((_("Tasks done"), _("%(part)s of %(all)s") % _pair(summary.tasks_done, summary.tasks)))
    return facts


def syndication_words(stories: Syndication) -> str:
    """Return how many items are near-identical copies of others, in the active language."""
    if not stories.pickups:
        return _("No near-identical items")
    text = ngettext(
        "%(pickups)s of %(items)s items (%(percent)s%%) is a near-identical copy",
        "%(pickups)s of %(items)s items (%(percent)s%%) are near-identical copies",
        stories.pickups,
    )
    return text % {
        "pickups": number(stories.pickups),
        "items": number(stories.items),
        "percent": number(stories.percent),
    }


def _pair(part: int, whole: int) -> dict[str, str]:
    return {"part": number(part), "all": number(whole)}
