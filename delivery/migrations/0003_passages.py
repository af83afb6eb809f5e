from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_server_outage")]

    operations = [migrations.AddField("delivery", "passages", models.JSONField(blank=True, default=list))]
