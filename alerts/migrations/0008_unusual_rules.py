from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_incident_calm_since")]

    operations = [
        migrations.AddField(
            "rule",
            "counts_authors",
            models.BooleanField(db_default=False, default=False, verbose_name="count each author once"),
        ),
        migrations.AddField(
            "rule",
            "sensitivity",
            models.CharField(
                choices=[
                    ("calm", "Low: only what stands out clearly"),
                    ("normal", "Normal"),
                    ("nervous", "High: slight increases, too"),
                ],
                db_default="normal",
                default="normal",
                max_length=10,
                verbose_name="sensitivity",
            ),
        ),
        migrations.AlterField(
            "rule",
            "condition",
            models.CharField(
                choices=[
                    ("above", "Above a threshold"),
                    ("below", "Below a threshold"),
                    ("increase", "Up by a percentage"),
                    ("unusual", "Unusual for these hours"),
                ],
                default="above",
                max_length=10,
                verbose_name="condition",
            ),
        ),
        migrations.RemoveConstraint("rule", "rule_has_its_number"),
        migrations.AddConstraint(
            "rule",
            models.CheckConstraint(
                condition=Q(condition__in=["above", "below"], threshold__isnull=False)
                | Q(condition="increase", percent__isnull=False, percent__gt=0)
                | Q(condition="unusual"),
                name="rule_has_its_number",
            ),
        ),
    ]
