"""The list of authors for exports, in the order and under the filter of its page.

In: an AuthorQuery. Out: columns, facts in words, and batches of rows. Called by registry.py.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from monitoring.insights.authors import LABELS, AuthorQuery, author_page
from monitoring.messages.labels import AUTHOR_LABELS, platform_name
from reports.exports.item_columns import link_column, page_prefix
from reports.exports.table import Column, Row

ROWS = 500


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    return (
        Column("id", _("Author ID")),
        Column("name", _("Author"), width=24),
        Column("handle", _("Author handle")),
        Column("platform", _("Platform"), platform_name),
        Column("site", _("Site"), width=20),
        Column("url", _("Author URL"), width=30),
        Column("mention_count", _("Mentions")),
        Column("followers", _("Followers")),
        Column("first_at", _("First mention"), width=17),
        Column("last_at", _("Last mention"), width=17),
        Column("labels", _("Labels"), lambda labels: [AUTHOR_LABELS[one] for one in labels]),
        Column("tags", _("Tags")),
        link_column(),
    )


def facts(query: AuthorQuery) -> list[tuple[str, str]]:
    """Return the filter and the order in words."""
    orders = {"mentions": _("Mentions"), "last": _("Last mention"), "followers": _("Followers")}
    chosen = [
        (_("Name"), query.q),
        (_("Labels"), str(AUTHOR_LABELS[query.label]) if query.label else ""),
        (_("Platform"), platform_name(query.platform) if query.platform else ""),
        (_("Tag"), query.tag),
        (_("Sort by"), orders[query.sort]),
    ]
    return [fact for fact in chosen if fact[1]]


def batches(query: AuthorQuery) -> Iterator[list[Row]]:
    """Yield the rows of the list."""
    prefix, cursor, is_first = page_prefix("author", query.project_id), "", True
    while cursor or is_first:
        page = author_page(query, cursor, ROWS)
        cursor, is_first = page.next_cursor, False
        yield [
            (
                author.pk,
                str(author),
                author.handle,
                author.platform,
                author.site,
                author.url,
                author.mention_count,
                author.followers,
                author.first_at,
                author.last_at,
                [label for label, column in LABELS.items() if getattr(author, column)],
                sorted(one.tag for one in author.tags.all()),
                f"{prefix}{author.pk}",
            )
            for author in page.rows
        ]
