"""Store which times of publication are known, and what is usual for a source: dates, entries, its earlier URL.

New columns with constant defaults: Postgres adds them without rewriting the tables.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_resume_state")]

    operations = [
        migrations.AddField(
            "document", "published_is_known", models.BooleanField(default=True, db_default=models.Value(True))
        ),
        migrations.AddField(
            "documentsource", "published_is_known", models.BooleanField(default=True, db_default=models.Value(True))
        ),
        migrations.AddField("source", "dated_share", models.FloatField(null=True, blank=True)),
        migrations.AddField("source", "entry_count", models.PositiveIntegerField(null=True, blank=True)),
        migrations.AddField("source", "is_truncated", models.BooleanField(default=False)),
        migrations.AddField("source", "moved_since", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("source", "moved_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("source", "previous_url", models.CharField(max_length=2000, blank=True, default="")),
    ]
