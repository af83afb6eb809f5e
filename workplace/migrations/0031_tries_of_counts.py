from django.db import migrations, models


def copy_times(apps, schema_editor):
    """Set the time of the last try, which was stored as that of the counts."""
    apps.get_model("workplace", "OutgoingPost").objects.update(tried_at=models.F("counted_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("workplace", "0030_link_tags"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingpost",
            name="tried_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(copy_times, migrations.RunPython.noop, elidable=True),
    ]
