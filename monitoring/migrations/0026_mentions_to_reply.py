"""Index the mentions that need a reply: few rows, so that it costs the others nothing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0025_followers_index")]

    operations = [
        AddIndexConcurrently(
            "mention",
            models.Index(
                fields=["keyword", "published", "document"],
                include=("sentiment",),
                condition=models.Q(status="needs_reply"),
                name="mention_needs_reply",
            ),
        )
    ]
