"""A document: an entry or post, stored once per project however many sources contain it or keywords match it."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models import Project
from monitoring.models.authors import Author
from monitoring.models.sources import Source
from monitoring.models.stories import Story


class Kind(models.TextChoices):
    """The types of items, those of monitoring/records.py; "" in the database where unknown."""

    POST = "post", pgettext_lazy("item type", "Post")
    COMMENT = "comment", pgettext_lazy("item type", "Comment")
    REVIEW = "review", pgettext_lazy("item type", "Review")
    ARTICLE = "article", pgettext_lazy("item type", "Article")
    VIDEO = "video", pgettext_lazy("item type", "Video")


class Document(models.Model):
    """A collected item. `published` (UTC) is `fetched_at`, and `published_is_known` false, where the source gives no
    date or an impossible one: pages then say that the date is unknown.

    `address_key` is a 16-byte hash of the canonical URL, or of platform, source and native id where there is none: the
    same item from two feeds is one document with two `DocumentSource` rows. Several items can have one address (the
    incidents of a status page, a link blog's comment on an article): the first has the `variant` 0, each other one its
    own (monitoring/ingest/documents.py). `followers`, `engagement`, `likes`, `replies`, `shares`, `views` and `rating`
    are null where the source doesn't give them; they, `kind`, `reply_to`, `thread` and `country` are those of
    `Entry` (monitoring/records.py).
    `is_truncated` if only the start of the text is stored (content/clean.py).
    `edited_at` (UTC) is when the source's last change of title or text was read, and `edits` their number; the earlier
    texts are `DocumentRevision`s. `search` has the folded words of title and text (monitoring.query.search_text): set
    when the document is stored if a keyword matches, soon after by monitoring/ingest/search_index.py otherwise.
    `deleted_at` (UTC) is when the platform said that the item is deleted there, or when its terms ended the storage:
    its texts, addresses and author were then removed permanently (monitoring/ingest/deletions.py and expiry.py), and
    the row stays for its mentions and their counts.

    `story` is the one that the document is part of, null for most. It has no constraint: creating
    one would scan the table. `written_by` is the author's row, null where nobody is named, and in documents of earlier
    versions until ingest/authors.py has filled it. Mentions have no copy of it: an author's documents are few, and the
    index gives them, while one more column would widen the covering index of all mentions.

    Each index costs every insert, so foreign keys that a composite index serves have none of their own. `source` has
    no constraint either: deleting a source would search every document for it. monitoring/services/sources.py, the
    only place that deletes sources, sets it to null (300 sources, 100,000 documents: 20 s with it, 0.2 s without).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents", db_index=False)
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    platform = models.CharField(max_length=30, default="feed")
    address_key = models.UUIDField()
    variant = models.BigIntegerField(default=0, db_default=0)
    url = models.TextField(blank=True)
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    is_truncated = models.BooleanField(default=False, db_default=models.Value(False))
    html = models.TextField(blank=True)
    author = models.TextField(blank=True)
    author_url = models.TextField(blank=True)
    followers = models.IntegerField(null=True)
    language = models.CharField(max_length=20, blank=True)
    engagement = models.IntegerField(null=True)
    kind = models.CharField(max_length=10, blank=True, db_default="")
    author_handle = models.TextField(blank=True, db_default="")
    likes = models.IntegerField(null=True)
    replies = models.IntegerField(null=True)
    shares = models.IntegerField(null=True)
    views = models.IntegerField(null=True)
    reply_to = models.TextField(blank=True, db_default="")
    thread = models.TextField(blank=True, db_default="")
    rating = models.FloatField(null=True)
    country = models.CharField(max_length=2, blank=True, db_default="")
    published = models.DateTimeField()
    published_is_known = models.BooleanField(default=True, db_default=models.Value(True))
    fetched_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    edits = models.SmallIntegerField(default=0, db_default=0)
    deleted_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True)
    story = models.ForeignKey(
        Story, on_delete=models.DO_NOTHING, null=True, related_name="documents", db_index=False, db_constraint=False
    )

    written_by = models.ForeignKey(
        Author, on_delete=models.DO_NOTHING, null=True, related_name="documents", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            # The condition is always true. Without it these columns would be a key, and a changed address would lock
            # out, and could deadlock with, the inserts of sightings and mentions that refer to the document.
            models.UniqueConstraint(
                fields=["project", "address_key", "variant"],
                condition=models.Q(address_key__isnull=False),
                name="one_document_per_variant",
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="document_by_project"),
            models.Index(fields=["fetched_at"], name="document_by_age"),
            # First page of a search for a common word in 100,000 documents: 29 ms instead of 88 ms.
            models.Index(fields=["project", "-published", "-id"], name="document_by_time"),
            GinIndex(fields=["search"], name="document_search", fastupdate=True),
            models.Index(fields=["id"], condition=models.Q(search__isnull=True), name="document_unsearched"),
            # Bluesky's stream says which accounts were closed.
            models.Index(
                fields=["author_url"], condition=models.Q(platform="bluesky"), name="document_bluesky_author"
            ),
            # The filter by minimum followers.
            models.Index(
                fields=["project", "followers"],
                condition=models.Q(followers__isnull=False),
                include=("id",),
                name="document_by_followers",
            ),
            # Of the platforms with a `keep_for`.
            models.Index(
                fields=["platform", "fetched_at"],
                condition=models.Q(deleted_at__isnull=True, platform__in=["linkedin"]),
                name="document_short_lived",
            ),
            models.Index(fields=["story"], condition=models.Q(story__isnull=False), name="document_by_story"),
            models.Index(
                fields=["written_by", "published"],
                condition=models.Q(written_by__isnull=False),
                name="document_by_author",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url or str(self.pk)


class DocumentSource(models.Model):
    """A sighting of a document at a source, with the source's own id for it, which makes storing idempotent.

    `published` and `published_is_known` are as in `Document`, by the date that this source gives. `is_backlog` is
    whether the entry was old when it was found. `content_hash` and `url_hash` are those of the entry as last read
    (monitoring/ingest/keys.py), null before the first poll by a version that has them: an entry with the same hashes
    is neither cleaned nor compared, one without is compared once. No index has them: an entry under a new id is
    searched in the newest sightings of its source.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="seen_at")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    native_key = models.UUIDField()
    published = models.DateTimeField()
    published_is_known = models.BooleanField(default=True, db_default=models.Value(True))
    is_backlog = models.BooleanField(default=False, db_default=models.Value(False))
    content_hash = models.BigIntegerField(null=True)
    url_hash = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "native_key"], name="one_document_per_native_id")]
        indexes = [models.Index(fields=["source", "published"], name="seen_by_source")]

    def __str__(self) -> str:
        return f"{self.document_id} at {self.source_id}"


class DocumentRevision(models.Model):
    """The title and text of a document until an edit of its source replaced them at `replaced_at` (UTC).

    Only documents with a mention have revisions: the first one and the last few (monitoring/ingest/edits.py).
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="revisions")
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document_id} until {self.replaced_at:%Y-%m-%d %H:%M}"
