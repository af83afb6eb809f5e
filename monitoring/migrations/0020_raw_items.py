"""Store the items of platforms as received, for 7 days. A new table only."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0019_rechecks'),
    ]

    operations = [
        migrations.CreateModel(
            name='RawItem',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='raw_item', serialize=False, to='monitoring.document')),
                ('body', models.TextField()),
                ('stored_at', models.DateTimeField(db_index=True)),
            ],
        ),
    ]
