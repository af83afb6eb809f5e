"""Pages of a search over all documents, newest first. Built beside the running service."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0004_sentiment_in_indexes")]

    operations = [
        AddIndexConcurrently(
            "document", models.Index(fields=["project", "-published", "-id"], name="document_by_time")
        ),
    ]
