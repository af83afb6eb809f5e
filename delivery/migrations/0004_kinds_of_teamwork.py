"""Add the kinds of messages about assignments and notes. Choices only: no SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_passages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('digest', 'Digest'), ('incident', 'Alert'), ('assignment', 'Assignment'), ('note', 'Internal note'), ('message', 'Account email')], max_length=10),
        ),
    ]
