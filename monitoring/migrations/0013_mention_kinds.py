"""Copy the kind, rating and country of documents to mentions, which are filtered by them.

New columns are null or have constant defaults: Postgres adds them without reading or rewriting the table.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0012_secret_urls")]

    operations = [
        migrations.AddField("mention", "kind", models.CharField(blank=True, db_default="", max_length=10)),
        migrations.AddField("mention", "rating", models.SmallIntegerField(null=True)),
        migrations.AddField("mention", "country", models.CharField(blank=True, db_default="", max_length=2)),
    ]
