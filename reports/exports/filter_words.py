"""A filter of mentions in words: for the second sheet of a workbook and the page of an export.

In: a MentionFilter and its keywords. Out: pairs of a label and a value in the active language. Called by registry.py.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.formats import clock, long_date
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import whole_days

Fact = tuple[str, str]


def filter_facts(f: MentionFilter) -> list[Fact]:
    """Return the period and the selected values of each dimension."""
    facts = [(_("Period"), period_words(f))]
    if f.by == "found":
        facts.append((_("Date"), _("found by Vigie")))
    for dimension in DIMENSIONS.values():
        selected = dimension.selected(f)
        labels = dimension.labels(selected) if selected else {}
        if selected:
            facts.append((str(dimension.label), ", ".join(str(labels.get(key, key)) for key in selected)))
    return facts


def period_words(f: MentionFilter) -> str:
    """Return the first and the last day, or both ends to the minute if these are no whole days."""
    first, last = f.since.astimezone(f.zone), f.until.astimezone(f.zone)
    if whole_days(f.since, f.until, f.zone):
        last -= timedelta(microseconds=1)
        if first.date() == last.date():
            return long_date(first.date())
        return f"{long_date(first.date())} – {long_date(last.date())}"
    ends = (
        _("%(date)s, %(time)s") % {"date": long_date(one.date()), "time": clock(one.time())} for one in (first, last)
    )
    return " – ".join(ends)


def one_line(facts: Iterable[Fact]) -> str:
    """Return facts as one line, for the activity log."""
    return "; ".join(f"{label}: {value}" for label, value in facts)
