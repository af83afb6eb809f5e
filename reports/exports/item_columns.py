"""The columns that every export of items has: its texts, author, source and counts.

Called by mentions.py and items.py.
"""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from delivery.links import absolute
from monitoring.content.urls import host_of
from monitoring.messages.labels import country_name, language_name, platform_name
from monitoring.models import Kind
from reports.exports.table import Column, Row

COUNTS = ("likes", "replies", "shares", "views", "engagement")
AFTER = ("kind", "author", "author_handle", "author_url", "followers", "language", "country", "rating", *COUNTS)
# The columns of a document that item_values reads, in its order.
ITEM_FIELDS = ("id", "published", "published_is_known", "platform", "source_id", "title", "text", "url", *AFTER)


def item_columns() -> tuple[Column, ...]:
    """Return the columns of `item_values`."""
    kinds = {"": "", **{kind.value: str(kind.label) for kind in Kind}}
    return (
        Column("document_id", _("Item ID")),
        Column("published", _("Published"), width=17),
        Column("platform", _("Platform"), platform_name),
        Column("source", _("Source"), width=24),
        Column("title", _("Title"), width=50),
        Column("text", _("Text"), width=60),
        Column("url", _("URL"), width=30),
        Column("kind", _("Item type"), lambda value: kinds.get(value, value)),
        Column("author", _("Author"), width=20),
        Column("author_handle", _("Author handle")),
        Column("author_url", _("Author URL")),
        Column("followers", _("Followers")),
        Column("language", _("Language"), lambda code: code and language_name(code.partition("-")[0])),
        Column("country", _("Country"), lambda code: code and country_name(code)),
        Column("rating", _("Rating")),
        Column("likes", pgettext("count", "Likes")),
        Column("replies", pgettext("count", "Replies")),
        Column("shares", pgettext("count", "Shares")),
        Column("views", pgettext("count", "Views")),
        Column("engagement", _("Engagement")),
    )


def link_column() -> Column:
    """Return the column of the page in Vigie."""
    return Column("vigie_url", _("Page in Vigie"), width=30)


def page_prefix(name: str, project_id: int) -> str:
    """Return the URL of a page without the id at its end. `reverse` for each row takes half of an export's time."""
    return absolute(reverse(name, args=[project_id, 0])).removesuffix("0")


def item_values(document: tuple[Any, ...], sources: Mapping[int, str]) -> Row:
    """Return the values of a document from its ITEM_FIELDS; `published` is None if the date is unknown."""
    pk, published, is_known, platform, source_id, title, text, url, *after = document
    source = sources.get(source_id) or host_of(url)
    return (pk, published if is_known else None, platform, source, title, text, url, *after)
