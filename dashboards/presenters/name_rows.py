"""Distinctive names as rows: how often, how much more often than usual, sentiment, and links.

In: names of monitoring/insights/names.py. Out: frozen rows for templates/themes/_names.html. Called by
dashboards/views/themes.py.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from dashboards.presenters.theme_rows import MAX_KEYWORD_NAME, sentiment_words
from monitoring.insights.filters import MentionFilter
from monitoring.insights.names import CountedName, Names
from monitoring.insights.sentiment import Split


@dataclass(frozen=True)
class NameRow:
    """`count` and `change` are words; `query` is that of the list; `keyword_query` fills in the form of a keyword."""

    name: str
    count: str
    change: str
    split: Split
    sentiment: str
    query: str
    keyword_query: str


def name_rows(f: MentionFilter, found: Names) -> list[NameRow]:
    """Return the rows. Of a sample the share is shown: a count would not be that of the list."""
    return [
        NameRow(
            name=one.name.name,
            count=_count(one, found),
            change=_change(one),
            split=one.total.split,
            sentiment=sentiment_words(one.total.split),
            query=f.replace(q=one.query).to_query(),
            keyword_query=urlencode({"name": one.name.name[:MAX_KEYWORD_NAME], "query": one.query}),
        )
        for one in found.names
    ]


def _count(one: CountedName, found: Names) -> str:
    documents = one.total.documents
    if found.is_complete:
        return ngettext("%(number)s mention", "%(number)s mentions", documents) % {"number": number(documents)}
    share = percent(round(100 * documents / found.sampled))
    return _("%(share)s of the mentions") % {"share": share}


def _change(one: CountedName) -> str:
    """Return how many times as often as usual, "" if nothing is known of earlier or the number rounds to 1."""
    if one.name.is_new:
        return _("new")
    times = round(one.name.ratio or 0)
    return _("× %(number)s") % {"number": number(times)} if times > 1 else ""
