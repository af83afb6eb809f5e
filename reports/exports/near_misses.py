"""The near misses of a keyword for exports: one row per way to widen its query, in the order of its page.

In: a keyword. Out: columns, facts in words, and one batch of rows. Called by registry.py.
"""

from django.utils.translation import gettext as _

from accounts.formats import number
from monitoring.content.values import iso_utc
from monitoring.messages.labels import NEAR_MISS_LABELS
from monitoring.models import Keyword
from monitoring.query_tools.near_misses import NearMiss, NearMisses
from reports.exports.table import Column, Row


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    return (
        Column("cause", _("Near miss"), lambda cause: NEAR_MISS_LABELS[cause], width=20),
        Column("part", _("Word or condition"), width=20),
        Column("forms", _("Words to add"), width=20),
        Column("count", _("Items")),
        Column("is_exact", _("Count"), lambda exact: _("Exact") if exact else _("Estimated")),
        Column("query", _("Widened query"), width=50),
        Column("newest", _("Newest items"), lambda rows: [row["title"] for row in rows if row["title"]], width=50),
    )


def facts(keyword: Keyword, found: NearMisses) -> list[tuple[str, str]]:
    """Return the keyword, and how much was searched, in words."""
    searched = [(_("Items of the last 30 days"), number(found.total))]
    if found.sampled < found.total:
        searched.append((_("Items searched for typos"), number(found.sampled)))
    if not found.is_complete:
        searched.append((_("Incomplete"), _("The query has many parts: not all of them could be tried in time.")))
    return [(_("Keyword"), keyword.name), (_("Query"), keyword.query), *searched]


def rows(found: NearMisses) -> list[Row]:
    """Return the rows."""
    return [_row(miss) for misses in found.misses.values() for miss in misses]


def _row(miss: NearMiss) -> Row:
    newest = [
        {
            "id": hit.id,
            "title": hit.doc.title,
            "url": hit.doc.url,
            "published": iso_utc(hit.published) if hit.published_is_known else None,
        }
        for hit in miss.found.newest
    ]
    changed = miss.widening
    return changed.cause, changed.part, list(changed.forms), miss.found.count, miss.found.is_exact, miss.query, newest
