"""Recognize erased authors by a keyed hash: replace the unkeyed ones, and those in the values of their mutes.

One transaction: erased authors are few, and a stopped migration leaves all of them as they were.
"""

from secrets import token_hex
from uuid import uuid4

from django.db import migrations, models

from accounts.secret_box import open_sealed, seal
from monitoring.content.authors import erased_key


def replace_keys(apps, schema_editor):
    authors = apps.get_model("monitoring", "Author").objects
    settings = apps.get_model("monitoring", "AuthorSettings").objects
    mutes = apps.get_model("monitoring", "Mute").objects
    for author in authors.filter(erased_at__isnull=False).order_by("pk"):
        rules, _is_new = settings.get_or_create(project_id=author.project_id)
        if not rules.erasure_secret:
            rules.erasure_secret = seal(token_hex(32))
            rules.save(update_fields=["erasure_secret"])
        for mute in mutes.filter(project_id=author.project_id, kind="author", value__startswith=f"{author.key} "):
            mute.value = str(uuid4())
            mute.save(update_fields=["value"])
        author.key = erased_key(author.key, open_sealed(rules.erasure_secret))
        author.save(update_fields=["key"])


class Migration(migrations.Migration):

    dependencies = [("monitoring", "0033_muted_stories")]

    operations = [
        migrations.AddField(
            "authorsettings",
            "erasure_secret",
            models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(replace_keys, migrations.RunPython.noop),
    ]
