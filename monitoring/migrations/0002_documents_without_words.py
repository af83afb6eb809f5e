"""Finds the documents that have yet to be made searchable. Built beside the running service."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "document",
            models.Index(fields=["id"], condition=models.Q(search__isnull=True), name="document_unsearched"),
        ),
    ]
