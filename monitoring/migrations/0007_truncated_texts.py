"""Note which texts were too long to be stored whole: a column with a constant default, which rewrites no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0006_edits")]

    operations = [
        migrations.AddField("document", "is_truncated", models.BooleanField(default=False, db_default=models.Value(False))),
    ]
