"""The times in which sources of a project failed, as a published issue states them.

`read_gaps` reads what is stored in `CollectionIssue.gaps`; `gap_lines` writes it in the active language.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.formats import date_range
from accounts.models import Project
from delivery.message import Window
from monitoring.insights.gaps import Failure, failures_of

NOTABLE = timedelta(hours=6)  # in all; a shorter failure loses few items, since most sources can be read later
MAX_SHOWN = 10


def read_gaps(project: Project, period: Window) -> list[dict[str, Any]]:
    """Return the sources that failed for NOTABLE or longer in a period, the longest first."""
    found: dict[int, list[Failure]] = defaultdict(list)
    for one in failures_of(project, period.start, period.end):
        found[one.source_id].append(one)
    lost = {pk: sum((one.end - one.start for one in parts), timedelta()) for pk, parts in found.items()}
    ranked = sorted((pk for pk in found if lost[pk] >= NOTABLE), key=lambda pk: (-lost[pk], pk))
    return [
        {
            "name": found[pk][0].name,
            "start": min(one.start for one in found[pk]).isoformat(),
            "end": max(one.end for one in found[pk]).isoformat(),
        }
        for pk in ranked[:MAX_SHOWN]
    ]


def gap_lines(gaps: list[dict[str, Any]], zone: ZoneInfo) -> list[str]:
    """Return one sentence per source, in the active language."""
    lines = []
    for gap in gaps:
        first, last = (datetime.fromisoformat(gap[name]).astimezone(zone).date() for name in ("start", "end"))
        lines.append(_("%(source)s: %(days)s") % {"source": gap["name"], "days": date_range(first, last)})
    return lines
