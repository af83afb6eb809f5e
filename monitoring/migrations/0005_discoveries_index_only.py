"""Let rules and digests count off the index of discoveries alone (docs/alerts.md has the figures)."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built concurrently: storing goes on meanwhile

    dependencies = [("monitoring", "0004_quick_texts")]

    operations = [
        RemoveIndexConcurrently(model_name="mention", name="mention_by_discovery"),
        AddIndexConcurrently(
            model_name="mention",
            index=models.Index(
                fields=["topic", "found_at"],
                include=("status", "is_backlog", "document"),
                name="mention_by_discovery",
            ),
        ),
    ]
