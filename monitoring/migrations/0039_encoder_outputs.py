"""Store what the encoder says of the sentiment of a document beside its vector."""

import django.contrib.postgres.fields
from django.db import migrations, models

import monitoring.models.vectors


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0038_vectors")]

    operations = [
        migrations.AddField(
            "documentvector",
            "outputs",
            django.contrib.postgres.fields.ArrayField(
                base_field=monitoring.models.vectors.RealField(),
                db_default=models.Value(
                    [],
                    output_field=django.contrib.postgres.fields.ArrayField(
                        base_field=monitoring.models.vectors.RealField()
                    ),
                ),
                default=list,
                size=None,
            ),
        )
    ]
