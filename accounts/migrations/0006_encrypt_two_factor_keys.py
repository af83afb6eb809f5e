"""Encrypt the keys of authenticator apps and recovery codes, which earlier versions stored as they are."""

from django.db import migrations

from accounts.secret_box import is_sealed, seal


def encrypt(apps, schema_editor):
    for row in apps.get_model("mfa", "Authenticator").objects.select_for_update().iterator():
        plain = {
            name: value
            for name in ("secret", "seed")
            if isinstance(value := row.data.get(name), str) and not is_sealed(value)
        }
        if plain:
            row.data |= {name: seal(value) for name, value in plain.items()}
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_user_names"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(encrypt, migrations.RunPython.noop)]
