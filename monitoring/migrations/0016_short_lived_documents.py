"""Index documents of platforms whose terms limit how long they are kept: a few, so that it costs the others nothing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0015_bluesky_authors")]

    operations = [
        AddIndexConcurrently(
            "document",
            models.Index(
                fields=["platform", "fetched_at"],
                condition=models.Q(deleted_at__isnull=True, platform__in=["linkedin"]),
                name="document_short_lived",
            ),
        )
    ]
