"""Index the mentions that only the small sentiment model has analyzed: few rows, so that it costs the others nothing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("monitoring", "0039_encoder_outputs")]

    operations = [
        AddIndexConcurrently(
            "mention",
            models.Index(
                fields=["is_backlog", "id"], condition=models.Q(analyzed_by="first"), name="mention_first_pass"
            ),
        )
    ]
