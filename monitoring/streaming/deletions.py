"""Remove the content of posts that the stream says are deleted, and of the posts of closed accounts.

In: native ids of posts and DIDs. Called by streaming/save.py before the posts of a batch are saved, in a transaction
of its own: after a kill, it is repeated. It covers all projects, also posts that a search has found, and those whose
source was deleted. The content is removed by ingest/deletions.py.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project
from monitoring.content.native_keys import key_of
from monitoring.content.urls import canonical_url
from monitoring.ingest.deletions import blank_documents
from monitoring.models import Document
from monitoring.platforms.bluesky_posts import author_url, post_url

PLATFORM = "bluesky"


def remove_deleted(posts: Iterable[str], accounts: Iterable[str]) -> None:
    """Remove the content of these posts, and of all posts of these accounts, where Vigie has any."""
    keys = [key_of(canonical_url(post_url(native_id))) for native_id in posts]
    stored = Document.objects.filter(platform=PLATFORM, deleted_at=None)
    found: set[int] = set()
    if keys:
        # With the projects, as they come first in the index of addresses.
        projects = list(Project.objects.values_list("pk", flat=True))
        found.update(stored.filter(project__in=projects, address_key__in=keys).values_list("pk", flat=True))
    if urls := [author_url(did) for did in accounts]:
        found.update(stored.filter(author_url__in=urls).values_list("pk", flat=True))
    if found:
        with transaction.atomic(), connection.cursor() as cursor:
            blank_documents(cursor, found, "platform", timezone.now())
