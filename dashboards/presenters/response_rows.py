"""The page of response times: each number in words, with the list that it counts.

In: numbers of workplace/response_times.py and the filter they are of. Out: frozen rows for
templates/response_times/_table.html. Called by dashboards/views/response_times.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.formats import duration, percent
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention
from workplace.response_times import ResponseTimes

# Outcome: the value of the filter "due" that lists it.
OUTCOMES = {"replied": "replied", "within": "met", "late": "missed", "overdue": "overdue", "waiting": "waiting"}


@dataclass(frozen=True)
class Outcome:
    """The number of items of an outcome; `query` is that of their list."""

    count: int
    query: str


@dataclass(frozen=True)
class ResponseRow:
    """One line: a name, the median time to first response, the share within the target, and each outcome."""

    name: str
    median: str
    share: str
    outcomes: list[Outcome]

    @property
    def named(self) -> list[tuple[str, Outcome]]:
        """Return the outcomes with their names."""
        return list(zip(outcome_names(), self.outcomes, strict=True))


def response_row(name: str, times: ResponseTimes, f: MentionFilter, reasons: Iterable[str]) -> ResponseRow:
    """Return the line of these numbers; `f` is the filter that they are of."""
    wide = f.replace(statuses=f.statuses or tuple(Mention.Status.values))
    outcomes = [
        Outcome(getattr(times, outcome), wide.replace(due=value).to_query()) for outcome, value in OUTCOMES.items()
    ]
    declined = wide.replace(reasons=tuple(reasons)).to_query()
    return ResponseRow(
        name=name,
        median=median_words(times),
        share="–" if times.share is None else percent(round(100 * times.share)),
        outcomes=[*outcomes, Outcome(times.declined, declined)],
    )


def median_words(times: ResponseTimes) -> str:
    return "–" if times.median_s is None else duration(times.median_s)


def outcome_names() -> list[str]:
    """Return the names of the outcomes, in the order of `ResponseRow.outcomes`."""
    return [_("Replied"), _("In time"), _("Late"), _("Overdue"), _("Not due yet"), _("Deliberately no reply")]
