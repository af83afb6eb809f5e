"""Store when items are looked up again at their platform, and how their counts develop. New tables only."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0018_source_tags")]

    operations = [
        migrations.CreateModel(
            "EngagementPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("likes", models.IntegerField(null=True)),
                ("replies", models.IntegerField(null=True)),
                ("shares", models.IntegerField(null=True)),
                ("views", models.IntegerField(null=True)),
                ("engagement", models.IntegerField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="monitoring.document",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["document", "at"], name="engagement_by_document")]},
        ),
        migrations.CreateModel(
            "Recheck",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="recheck",
                        serialize=False,
                        to="monitoring.document",
                    ),
                ),
                ("recheck_id", models.TextField()),
                ("due_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField()),
                ("missing_since", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="monitoring.source",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["source", "due_at"], name="recheck_by_source")]},
        ),
    ]
