"""List and count what a mute hides. Concurrently and partial: mentions are written to meanwhile, and few are muted."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0022_mutes")]

    operations = [
        AddIndexConcurrently(
            "mention",
            models.Index(
                fields=["muted_by", "published", "document"],
                condition=models.Q(muted_by__isnull=False),
                name="mention_muted",
            ),
        ),
    ]
