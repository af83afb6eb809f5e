"""A mention: a document that matches a keyword. A narrow row with copies of the columns people filter and count by."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models.documents import Document
from monitoring.models.keywords import Keyword
from monitoring.models.mutes import Mute
from monitoring.models.sources import Source
from monitoring.models.stories import Story


class Status(models.TextChoices):
    TO_REVIEW = "to_review", _("To review")
    NEEDS_REPLY = "needs_reply", _("Needs reply")
    REPLIED = "replied", _("Replied")
    IGNORED = "ignored", _("Ignored")


class Sentiment(models.TextChoices):
    POSITIVE = "positive", _("Positive")
    NEUTRAL = "neutral", _("Neutral")
    NEGATIVE = "negative", _("Negative")
    UNCERTAIN = "uncertain", _("Uncertain")


class Mention(models.Model):
    """A match of a keyword in a document. `published` (UTC) is the document's; `found_at` (UTC), which digests and
    rules use, is when Vigie stored the mention.

    `is_backlog` marks mentions that were old when found (stored documents of a new keyword, the first poll of a feed):
    they count in lists and charts and are never notified. `kind`, `country` and `rating` are the document's, the
    rating rounded to whole stars; "" and null where unknown. `mention_by_keyword` covers every chart, list and facet,
    `mention_by_find` the counts of digests and rules (docs/architecture.md); there are no rollup tables.

    `unmatched_at` (UTC) is set while the document doesn't match any more because of an edit of its source.
    `muted_by` is the mute that ignored the mention, null after a person sets a status. It has no constraint: creating
    one would scan the table, and ingest/mutes.py deletes a mute only when no mention has it. `story` is that of
    the document.

    `sentiment` is toward this keyword: "" until it is analyzed, UNCERTAIN below the confidence threshold. `negative`
    and `positive` are the model's probabilities (neutral is the rest), which corrections don't change. `analyzed_by`
    is the version of model and layer that set the label, FIRST_PASS if only the small model has seen the mention yet,
    BY_PERSON if a person set it, and "" after that is undone.
    """

    Status = Status
    Sentiment = Sentiment
    BY_PERSON = "person"
    FIRST_PASS = "first"

    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    published = models.DateTimeField()
    found_at = models.DateTimeField(default=timezone.now)
    platform = models.CharField(max_length=30, default="feed")
    author = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=20, blank=True)
    engagement = models.IntegerField(null=True)
    kind = models.CharField(max_length=10, blank=True, db_default="")
    rating = models.SmallIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True, db_default="")
    status = models.CharField(max_length=20, choices=Status, default=Status.TO_REVIEW)
    is_backlog = models.BooleanField(default=False)
    sentiment = models.CharField(max_length=10, choices=Sentiment, blank=True, default="", db_default="")
    negative = models.FloatField(null=True)
    positive = models.FloatField(null=True)
    analyzed_by = models.CharField(max_length=40, blank=True, default="", db_default="")
    unmatched_at = models.DateTimeField(null=True)
    muted_by = models.ForeignKey(
        Mute, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    story = models.ForeignKey(
        Story, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "keyword"], name="one_mention_per_keyword_and_document"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="mention_status_known"),
            models.CheckConstraint(condition=Q(sentiment__in=["", *Sentiment.values]), name="mention_sentiment_known"),
        ]
        indexes = [
            models.Index(
                fields=["keyword", "published", "id"],
                include=(
                    *("platform", "source", "author", "language", "engagement", "status", "sentiment", "document"),
                    *("kind", "rating", "country", "story"),
                ),
                name="mention_by_keyword",
            ),
            models.Index(
                fields=["keyword", "found_at"],
                include=("status", "is_backlog", "sentiment", "document", "story"),
                name="mention_by_find",
            ),
            models.Index(fields=["id"], condition=Q(sentiment=""), name="mention_unanalyzed"),
            models.Index(fields=["is_backlog", "id"], condition=Q(analyzed_by="first"), name="mention_first_pass"),
            models.Index(
                fields=["muted_by", "published", "document"],
                condition=Q(muted_by__isnull=False),
                name="mention_muted",
            ),
            # Few rows, of any age: without it, the queue of a project reads all its mentions.
            models.Index(
                fields=["keyword", "published", "document"],
                include=("sentiment",),
                condition=Q(status="needs_reply"),
                name="mention_needs_reply",
            ),
            # The first item of a story under a filter.
            models.Index(
                fields=["story", "published", "document"], condition=Q(story__isnull=False), name="mention_by_story"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keyword_id} · {self.document_id}"


def probabilities(mention: Mention) -> dict[str, float] | None:
    """Return the model's probabilities of a mention by label, None if it isn't analyzed yet."""
    if not mention.sentiment or mention.negative is None or mention.positive is None:
        return None
    neutral = max(1 - mention.negative - mention.positive, 0.0)
    return {"negative": mention.negative, "neutral": neutral, "positive": mention.positive}
