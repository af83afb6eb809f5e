"""Index documents by the followers of their author, without blocking writers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0024_activity_of_documents")]

    operations = [
        AddIndexConcurrently(
            "document",
            models.Index(
                fields=["project", "followers"],
                condition=models.Q(followers__isnull=False),
                include=("id",),
                name="document_by_followers",
            ),
        ),
    ]
