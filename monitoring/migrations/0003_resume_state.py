"""Store what a platform needs to continue a source's polling in one JSON column instead of three of feeds'."""

from django.db import migrations, models

COPY = """
UPDATE monitoring_source SET resume_state = jsonb_build_object(
    'etag', etag, 'last_modified', last_modified, 'body_hash', encode(body_hash, 'hex'))
WHERE last_success_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_keywords")]

    operations = [
        migrations.AddField("source", "resume_state", models.JSONField(default=dict)),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RemoveField("source", "etag"),
        migrations.RemoveField("source", "last_modified"),
        migrations.RemoveField("source", "body_hash"),
    ]
