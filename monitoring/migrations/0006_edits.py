"""Store edits of entries: hashes of what was read, earlier titles and texts, mentions that no longer match.

New columns are null or have constant defaults, and none has a CHECK (as positive integers do): Postgres adds them
without reading or rewriting the tables.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0005_variants")]

    operations = [
        migrations.AddField("document", "edited_at", models.DateTimeField(null=True)),
        migrations.AddField("document", "edits", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField(
            "documentsource", "is_backlog", models.BooleanField(default=False, db_default=models.Value(False))
        ),
        migrations.AddField("documentsource", "content_hash", models.BigIntegerField(null=True)),
        migrations.AddField("documentsource", "url_hash", models.BigIntegerField(null=True)),
        migrations.AddField("mention", "unmatched_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            "DocumentRevision",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
                ("replaced_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="monitoring.document",
                    ),
                ),
            ],
        ),
    ]
