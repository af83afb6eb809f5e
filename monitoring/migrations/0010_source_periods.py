"""Store the outage history of sources, and the secrets of a preview of a platform.

The history of sources that exist starts with what they know: a failing one with its first error, another one with its
last successful check. New columns with constant defaults: Postgres adds them without rewriting the table.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FIRST_PERIODS = """
INSERT INTO monitoring_sourceperiod (source_id, state, error_code, started_at)
SELECT id, CASE error_code WHEN '' THEN 'working' ELSE 'failing' END, error_code,
       CASE error_code WHEN '' THEN last_success_at ELSE failing_since END
FROM monitoring_source
WHERE state <> 'paused' AND CASE error_code WHEN '' THEN last_success_at ELSE failing_since END IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0009_platforms")]

    operations = [
        migrations.AddField(
            "fetchrequest", "sealed", models.TextField(blank=True, db_default="", editable=False)
        ),
        migrations.AlterField(
            "fetchrequest",
            "kind",
            models.CharField(
                choices=[("source", "Source"), ("page", "Page"), ("platform", "Platform")], max_length=10
            ),
        ),
        migrations.CreateModel(
            "SourcePeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("working", "Working"), ("failing", "Failing")], max_length=10)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="periods", to="monitoring.source"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source", "started_at"], name="source_period_by_start")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(ended_at__isnull=True), fields=("source",), name="one_current_period_per_source"
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["working", "failing"]), name="source_period_state_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIRST_PERIODS, migrations.RunSQL.noop),
    ]
