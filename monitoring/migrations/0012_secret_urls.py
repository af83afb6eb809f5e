"""Encrypt the URLs of sources with a password or token, and hide these in what people see of them.

Batched and repeatable: each row is changed in a transaction of its own, so the migration may be stopped anywhere and
run again. Going back stores the whole URLs in plain text again; entries of the activity log keep their marks.
"""

import json

from django.db import migrations, models, transaction

from accounts.secret_box import open_sealed, seal
from outbound.secret_urls import hide, numbered

COLUMNS = ("url", "moved_to", "previous_url")
BATCH = 1_000


def encrypt(apps, schema_editor):
    sources = apps.get_model("monitoring", "Source").objects
    for pk in _ids(sources.filter(sealed_urls="")):
        with transaction.atomic():
            _encrypt(sources, sources.select_for_update().get(pk=pk))
    activity = apps.get_model("accounts", "ActivityEntry").objects
    for pk in _ids(activity.filter(action__startswith="source.")):
        with transaction.atomic():
            _hide_entry(activity.select_for_update().get(pk=pk))
    # Fetches for people are kept for an hour: those in progress are started again by hand.
    apps.get_model("monitoring", "FetchRequest").objects.exclude(kind="platform").delete()


def decrypt(apps, schema_editor):
    sources = apps.get_model("monitoring", "Source").objects
    for pk in _ids(sources.exclude(sealed_urls="")):
        with transaction.atomic():
            source = sources.select_for_update().get(pk=pk)
            for name, url in json.loads(open_sealed(source.sealed_urls)).items():
                setattr(source, name, url)
            source.sealed_urls = ""
            source.save(update_fields=[*COLUMNS, "sealed_urls"])


def _ids(rows):
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from found
        last = found[-1]


def _encrypt(sources, source):
    whole = {name: getattr(source, name) for name in COLUMNS}
    shown = {name: hide(url) for name, url in whole.items()}
    secret = {name: url for name, url in whole.items() if shown[name] != url}
    state_url = source.resume_state.get("url", "")
    if not secret and hide(source.site_url) == source.site_url and hide(state_url) == state_url:
        return
    number = 1
    while sources.filter(project=source.project_id, url=numbered(shown["url"], number)).exclude(pk=source.pk).exists():
        number += 1
    for name, url in shown.items():
        setattr(source, name, numbered(url, number) if name == "url" else url)
    source.sealed_urls = seal(json.dumps(secret)) if secret else ""
    source.site_url = source.site_url if hide(source.site_url) == source.site_url else ""
    if state_url:
        source.resume_state["url"] = hide(state_url)
    source.title = _without(source.title, secret.values())
    source.error_detail = _without(source.error_detail, secret.values())
    source.save(
        update_fields=[*COLUMNS, "sealed_urls", "site_url", "resume_state", "title", "error_detail"]
    )


def _without(text, urls):
    for url in urls:
        text = text.replace(url, hide(url))
    return text


def _hide_entry(entry):
    texts = {name: value for name, value in entry.detail.items() if isinstance(value, str)}
    detail = entry.detail | {name: hide(value) for name, value in texts.items() if "://" in value}
    target = hide(entry.target) if "://" in entry.target else entry.target
    if (detail, target) != (entry.detail, entry.target):
        entry.detail, entry.target = detail, target
        entry.save(update_fields=["detail", "target"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0006_encrypt_two_factor_keys"), ("monitoring", "0011_deleted_documents")]

    operations = [
        migrations.AddField(
            "source",
            "sealed_urls",
            models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(encrypt, decrypt),
    ]
