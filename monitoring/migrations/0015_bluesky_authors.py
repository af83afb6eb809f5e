"""Find the posts of an account on Bluesky, whose stream says when an account is closed.

Concurrently and partial: documents are written to meanwhile, and most are of other platforms.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0014_mention_kinds_index")]

    operations = [
        AddIndexConcurrently(
            "document",
            models.Index(
                fields=["author_url"], condition=models.Q(platform="bluesky"), name="document_bluesky_author"
            ),
        ),
    ]
