"""Posts of a platform that are stored as the poller does: with their author, and what they reply to."""

from datetime import timedelta

from django.utils import timezone

from monitoring.ingest import author_refresh
from monitoring.ingest.store import store
from monitoring.models import Author
from tests.monitoring.ingest.entries import batch, entry


def store_post(source, native_id, text, hours, author="Karim", **fields):
    """Store a post that was published `hours` ago, and compute its author. Return the author."""
    given = {
        "author": author,
        "author_handle": author.lower(),
        "author_url": f"{source.url}{author}",
        "kind": "post",
        "url": f"{source.url}p/{native_id}",
        "published": timezone.now() - timedelta(hours=hours),
        **fields,
    }
    store([batch(source, entry(native_id, text, "", **given), platform=source.platform)])
    author_refresh.refresh_authors()
    return Author.objects.get(name=author)
