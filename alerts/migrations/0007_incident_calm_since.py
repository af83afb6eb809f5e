from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0006_rule_destinations")]

    operations = [
        migrations.AddField("incident", "calm_since", models.DateTimeField(null=True)),
    ]
