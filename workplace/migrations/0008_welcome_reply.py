"""Add the saved reply that replies from the welcome queue start with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("workplace", "0007_bulk_changes")]

    operations = [
        migrations.AddField(
            "replyrules",
            "welcome_reply",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="workplace.savedreply"
            ),
        ),
    ]
