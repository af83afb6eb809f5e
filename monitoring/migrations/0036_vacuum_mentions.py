"""Vacuum mentions after some thousand changes.

Postgres waits until a fifth of the table is new. Until then, scans of the covering index look up the rows of the last
months in the table, which costs two to three times as much.
"""

from django.db import migrations

SETTINGS = {
    "autovacuum_vacuum_insert_scale_factor": 0,
    "autovacuum_vacuum_insert_threshold": 5000,
    "autovacuum_vacuum_scale_factor": 0.005,
    "autovacuum_vacuum_threshold": 5000,
}
SET = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0035_story_redirects"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE monitoring_mention SET ({SET})",
            f"ALTER TABLE monitoring_mention RESET ({', '.join(SETTINGS)})",
        )
    ]
