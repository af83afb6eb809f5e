"""Add mutes, and the mute that hides a mention.

The column has no default and no constraint, so mentions are neither rewritten nor scanned.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_encrypt_two_factor_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("monitoring", "0021_triage"),
    ]

    operations = [
        migrations.CreateModel(
            "Mute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("author", "Author"), ("source", "Source"), ("domain", "Domain")], max_length=10
                    ),
                ),
                ("platform", models.CharField(blank=True, max_length=30)),
                ("value", models.CharField(max_length=500)),
                ("label", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("walked_to", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mutes", to="accounts.project"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("project", "kind", "platform", "value"),
                        name="one_mute_per_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["author", "source", "domain"])), name="mute_kind_known"
                    ),
                ]
            },
        ),
        migrations.AddField(
            "mention",
            "muted_by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="monitoring.mute",
            ),
        ),
    ]
