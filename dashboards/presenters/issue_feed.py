"""The newest issues of a collection as an Atom or a JSON feed: one entry per issue, with its links.

Called by dashboards/views/collection_public.py.
"""

from datetime import datetime

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from delivery.links import absolute
from reports.mention_feeds import FeedHead, FeedItem, atom, json_feed
from workplace.curation.addresses import address_of
from workplace.curation.paper import paper_of, with_pictures
from workplace.models import Collection, CollectionIssue, CollectionItem

FORMATS = {"atom": (atom, "application/atom+xml; charset=utf-8"), "json": (json_feed, "application/feed+json")}
ENTRIES = 20


def issue_feed(collection: Collection, format_name: str, feed_url: str, now: datetime) -> tuple[bytes, str]:
    """Return a feed and its content type."""
    write, content_type = FORMATS[format_name]
    address = address_of(collection)
    feed = FeedHead(
        id=f"urn:vigie:collection:{collection.pk}",
        title=collection.name,
        feed_url=feed_url,
        page_url=absolute(reverse("collection_page", args=[address])),
        language=collection.language,
    )
    read = with_pictures(CollectionItem.objects.all())
    issues = (
        collection.issues.filter(published_at__isnull=False)
        .prefetch_related(Prefetch("items", read))
        .order_by("-number")
    )
    return write(feed, [_entry(collection, issue, address, now) for issue in issues[:ENTRIES]]), content_type


def _entry(collection: Collection, issue: CollectionIssue, address: str, now: datetime) -> FeedItem:
    issue.collection = collection
    published = issue.published_at or now
    with translation.override(issue.language):
        html = render_to_string("curation/_feed_entry.html", {"paper": paper_of(issue, now, issue.items.all())})
    return FeedItem(
        id=f"urn:vigie:issue:{issue.pk}",
        url=absolute(reverse("collection_issue", args=[address, issue.number])),
        title=issue.title,
        text="",
        author=issue.editor,
        published=published,
        found=published,
        tags=(),
        html=html,
    )
