"""Add stories, and the story of documents and mentions.

The columns have neither default nor constraint, so documents and mentions are neither rewritten nor scanned.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def _story(related_name):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name=related_name,
        to="monitoring.story",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_encrypt_two_factor_keys"),
        ("monitoring", "0026_mentions_to_reply"),
    ]

    operations = [
        migrations.CreateModel(
            "Story",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_fixed", models.BooleanField(db_default=False, default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stories", to="accounts.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            "StorySignature",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="story_signature",
                        serialize=False,
                        to="monitoring.document",
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("published", models.DateTimeField()),
                ("stored_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="story_signature_keys"
                    ),
                    models.Index(fields=["stored_at"], name="story_signature_by_age"),
                ]
            },
        ),
        migrations.CreateModel(
            "StoryCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="monitoring.document"
                    ),
                ),
            ],
        ),
        migrations.AddField("document", "story", _story("documents")),
        migrations.AddField("mention", "story", _story("+")),
    ]
