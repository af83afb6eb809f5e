"""The covering indexes with sentiment in them, built beside the running service before the old ones go."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q

LABELS = ["", "positive", "neutral", "negative", "unsure"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0003_sentiment")]

    operations = [
        AddIndexConcurrently(
            "mention",
            models.Index(
                fields=["topic", "published", "id"],
                include=("platform", "source", "author", "language", "engagement", "status", "sentiment", "document"),
                name="mention_by_topic",
            ),
        ),
        AddIndexConcurrently(
            "mention",
            models.Index(
                fields=["topic", "found_at"],
                include=("status", "is_backlog", "sentiment", "document"),
                name="mention_by_find",
            ),
        ),
        AddIndexConcurrently(
            "mention", models.Index(fields=["id"], condition=Q(sentiment=""), name="mention_unjudged")
        ),
        RemoveIndexConcurrently("mention", "mention_covering"),
        RemoveIndexConcurrently("mention", "mention_by_discovery"),
        AddConstraintNotValid(
            "mention",
            models.CheckConstraint(condition=Q(sentiment__in=LABELS), name="mention_sentiment_known"),
        ),
        ValidateConstraint("mention", "mention_sentiment_known"),
    ]
