"""Let sources have tags. A column with a constant default: Postgres adds it without rewriting the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0017_connections")]

    operations = [migrations.AddField("source", "tags", models.JSONField(blank=True, default=list))]
