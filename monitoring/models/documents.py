"""A document: one fetched entry or post, stored once per project however many sources carry it or keywords match
it."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from accounts.models import Project
from monitoring.models.sources import Source


class Document(models.Model):
    """`address_key` is a 16-byte hash of the canonical address (or of platform and native id where there is none):
    the same story from two feeds is one document, and its sources are `DocumentSource` rows.

    `published` (UTC) falls back to `fetched_at` where the source gives no date or one in the future.
    Foreign keys that a composite index already serves have none of their own: each index costs every insert. `source`
    is held by no constraint either, or deleting a source would search every document: monitoring/services/sources.py,
    the one place that deletes sources, sets it to null (20 s for 300 sources and 100,000 documents became 0.2 s).
    `search` holds the folded tokens of title and text (monitoring.query.search_text): at once where a keyword matches,
    soon after (monitoring/ingest/search_index.py) for the rest.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents", db_index=False)
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    platform = models.CharField(max_length=30, default="feed")
    address_key = models.UUIDField()
    url = models.TextField(blank=True)
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    author = models.TextField(blank=True)
    author_url = models.TextField(blank=True)
    followers = models.IntegerField(null=True)
    language = models.CharField(max_length=20, blank=True)
    engagement = models.IntegerField(null=True)
    published = models.DateTimeField()
    fetched_at = models.DateTimeField(default=timezone.now)
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "address_key"], name="one_document_per_address")]
        indexes = [
            models.Index(fields=["project", "-id"], name="document_by_project"),
            models.Index(fields=["fetched_at"], name="document_by_age"),
            # The first page of a search for a common word: 29 ms instead of 88 among 100,000.
            models.Index(fields=["project", "-published", "-id"], name="document_by_time"),
            GinIndex(fields=["search"], name="document_search", fastupdate=True),
            models.Index(fields=["id"], condition=models.Q(search__isnull=True), name="document_unsearched"),
        ]

    def __str__(self) -> str:
        return self.title or self.url or str(self.pk)


class DocumentSource(models.Model):
    """A document seen at a source, under the source's own id for it: what makes storing an entry idempotent."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="seen_at")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    native_key = models.UUIDField()
    published = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "native_key"], name="one_document_per_native_id")]
        indexes = [models.Index(fields=["source", "published"], name="seen_by_source")]

    def __str__(self) -> str:
        return f"{self.document_id} at {self.source_id}"
