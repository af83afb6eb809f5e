"""A mention: a document that matches a topic. A narrow row that repeats the few columns people filter and count by."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models.documents import Document
from monitoring.models.sources import Source
from monitoring.models.topics import Topic


class Status(models.TextChoices):
    TO_REVIEW = "to_review", _("to review")
    TO_ANSWER = "to_answer", _("to answer")
    ANSWERED = "answered", _("answered")
    IGNORED = "ignored", _("ignored")


class Sentiment(models.TextChoices):
    POSITIVE = "positive", _("positive")
    NEUTRAL = "neutral", _("neutral")
    NEGATIVE = "negative", _("negative")
    UNSURE = "unsure", _("unsure")


class Mention(models.Model):
    """`published` (UTC) is the document's; `found_at` is when Vigie stored the mention: digests and rules go by it.

    `is_backlog` marks what was already old when it was found (a new topic over kept documents, the first poll of a
    feed): it counts in lists and charts, and is never announced as new. The covering index serves every chart,
    list and facet, that of discoveries the counts of digests and rules (docs/architecture.md); no rollup tables.

    `sentiment` is towards this topic, "" until the enrichment queue has judged it, UNSURE where the model is not sure
    enough. `negative` and `positive` are the model's probabilities (neutral is the rest), whatever label a person
    gave. `judged_by` is the version of model and layer that gave the label, or BY_PERSON, "" once that is taken back.
    """

    Status = Status
    Sentiment = Sentiment
    BY_PERSON = "person"

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="mentions", db_index=False)
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
    status = models.CharField(max_length=10, choices=Status, default=Status.TO_REVIEW)
    is_backlog = models.BooleanField(default=False)
    sentiment = models.CharField(max_length=8, choices=Sentiment, blank=True, default="", db_default="")
    negative = models.FloatField(null=True)
    positive = models.FloatField(null=True)
    judged_by = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "topic"], name="one_mention_per_topic_and_document"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="mention_status_known"),
            models.CheckConstraint(condition=Q(sentiment__in=["", *Sentiment.values]), name="mention_sentiment_known"),
        ]
        indexes = [
            models.Index(
                fields=["topic", "published", "id"],
                include=("platform", "source", "author", "language", "engagement", "status", "sentiment", "document"),
                name="mention_by_topic",
            ),
            models.Index(
                fields=["topic", "found_at"],
                include=("status", "is_backlog", "sentiment", "document"),
                name="mention_by_find",
            ),
            models.Index(fields=["id"], condition=Q(sentiment=""), name="mention_unjudged"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} · {self.document_id}"
