"""Store when an incident had its highest count; where that was at its opening, it is known for stored incidents, too."""

from django.db import migrations, models
from django.db.models import F


def set_known(apps, schema_editor):
    incidents = apps.get_model("alerts", "Incident").objects
    incidents.filter(peak=F("value"), peak_at=None).update(peak_at=F("opened_at"))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_keywords")]

    operations = [
        migrations.AddField("incident", "peak_at", models.DateTimeField(null=True)),
        migrations.RunPython(set_known, migrations.RunPython.noop),
    ]
