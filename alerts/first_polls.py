"""Leave what the first successful poll of a source finds out of the counts of rules: it was there before the source.

Its older items are backlog already (monitoring/ingest/backlog.py). The newer ones appear in digests, since nobody has
read them, but many of them at a time are no news. Called by alerts/counting.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Exists, OuterRef
from django.db.models.expressions import RawSQL

from monitoring.models import SourcePeriod

# A poll is stored within seconds of the start of its period; the next one is minutes later.
STORING = timedelta(minutes=1)

# One anti-join with the list, however long it is.
_NOT_FOUND_BY_ONE = """
NOT EXISTS (
    SELECT 1 FROM unnest(%s::bigint[], %s::timestamptz[]) AS first_poll(source_id, until)
    WHERE first_poll.source_id = monitoring_mention.source_id AND monitoring_mention.found_at < first_poll.until
)
"""


@dataclass(frozen=True, slots=True)
class FirstPolls:
    """Sources, and the time (UTC) until which the first poll of each stored its items, latest first."""

    ends: Sequence[tuple[int, datetime]] = ()

    def exclusion(self, since: datetime) -> RawSQL | None:
        """Return the condition on mentions found since a time that none of them found; None if there are none.

        The condition reads a column that the covering index lacks, so it is used only where a source is new.
        """
        recent = [(source_id, until) for source_id, until in self.ends if until > since]
        if not recent:
            return None
        source_ids, untils = map(list, zip(*recent, strict=True))
        return RawSQL(_NOT_FOUND_BY_ONE, [source_ids, untils], BooleanField())


def read_first_polls(since: datetime) -> FirstPolls:
    """Return the first polls since a time (UTC), in one query."""
    working = SourcePeriod.objects.filter(state=SourcePeriod.State.WORKING)
    earlier = working.filter(source=OuterRef("source"), started_at__lt=OuterRef("started_at"))
    first = working.filter(~Exists(earlier), started_at__gte=since - STORING).order_by("-started_at")
    return FirstPolls([(source_id, at + STORING) for source_id, at in first.values_list("source_id", "started_at")])
