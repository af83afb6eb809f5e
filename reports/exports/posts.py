"""The posts of the editorial calendar for exports, those without a date last. Its CSV file can be imported again.

In: a project. Out: columns, and batches of rows. Called by registry.py.
"""

from collections.abc import Iterator

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Project
from reports.exports.item_columns import link_column, page_prefix
from reports.exports.table import Column, Row
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post
from workplace.post_reads import posts_of
from workplace.post_words import column_labels, place_name

ROWS = 500


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    labels = column_labels()
    kinds, statuses = dict(Post.Kind.choices), dict(Post.Status.choices)
    return (
        Column("id", _("Post ID")),
        Column("title", labels["title"], width=40),
        Column("text", labels["text"], width=60),
        Column("date", labels["date"]),
        Column("time", labels["time"]),
        Column("time_zone", labels["time_zone"], width=18),
        Column("platforms", labels["platforms"], lambda names: [place_name(name) for name in names], width=24),
        Column("type", labels["type"], lambda kind: str(kinds[kind])),
        Column("campaign", labels["campaign"], width=20),
        Column("status", _("Status"), lambda status: str(statuses[status])),
        Column("owner", pgettext("post", "Owner"), width=20),
        Column("published_at", _("Published"), width=17),
        Column("links", _("Links"), width=40),
        link_column(),
    )


def rows_of(project: Project) -> QuerySet[Post]:
    """Return the posts in the order of the export."""
    return posts_of(project).order_by(F("due_at").asc(nulls_last=True), "pk")


def batches(project: Project) -> Iterator[list[Row]]:
    """Yield the rows."""
    prefix = page_prefix("post", project.pk)
    ids = list(rows_of(project).values_list("pk", flat=True))
    for start in range(0, len(ids), ROWS):
        found = posts_of(project).in_bulk(ids[start : start + ROWS])
        yield [_row(found[pk], prefix) for pk in ids[start : start + ROWS] if pk in found]


def _row(post: Post, prefix: str) -> Row:
    variants = sorted(post.variants.all(), key=lambda one: PLATFORMS.index(one.platform))
    return (
        post.pk,
        post.title,
        post.text,
        post.due_day.isoformat() if post.due_day else None,
        post.due_time.isoformat("minutes") if post.due_time else None,
        post.time_zone if post.due_day else None,
        [one.platform for one in variants],
        post.kind,
        post.campaign,
        post.status,
        post.owner.name if post.owner else None,
        post.published_at,
        [one.url for one in variants if one.url],
        f"{prefix}{post.pk}",
    )
