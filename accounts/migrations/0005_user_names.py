from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_password_reset_request"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={"verbose_name": "account", "verbose_name_plural": "accounts"},
        ),
    ]
