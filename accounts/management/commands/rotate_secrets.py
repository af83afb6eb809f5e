"""`manage.py rotate_secrets`: encrypt every stored secret with the first key. Run it after a change of keys.

In: the keys of CREDENTIAL_KEYS, or SECRET_KEY and SECRET_KEY_FALLBACKS. Out: one line, how many secrets were encrypted
and how many no key decrypts; those stay as they are, and the status is then 1. Safe to repeat, and to stop anywhere.
"""

import json
import sys
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from accounts.sealed_field import SealedField
from accounts.secret_box import Unreadable, is_sealed, reseal, seal

# The secrets in `Authenticator.data`: of apps, and of recovery codes.
_AUTHENTICATOR_SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = "Encrypt all stored secrets with the first key of CREDENTIAL_KEYS."

    def handle(self, **options: object) -> None:
        counts = {"encrypted": 0, "unreadable": 0}
        for model, name in sealed_columns():
            for pk in model._default_manager.values_list("pk", flat=True).iterator():
                counts[_reseal_column(model, name, pk)] += 1
        for pk in Authenticator.objects.values_list("pk", flat=True).iterator():
            counts[_reseal_authenticator(pk)] += 1
        self.stdout.write(json.dumps(counts))
        if counts["unreadable"]:
            sys.exit(1)


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column of the database that has secrets."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.name


def _reseal_column(model: type[models.Model], name: str, pk: object) -> str:
    with transaction.atomic():
        row = model._default_manager.select_for_update().filter(pk=pk).first()
        try:
            if row and getattr(row, name):
                setattr(row, name, reseal(getattr(row, name)))
                row.save(update_fields=[name])
        except Unreadable:
            return "unreadable"
    return "encrypted"


def _reseal_authenticator(pk: int) -> str:
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        for name in _AUTHENTICATOR_SECRETS:
            secret = row.data.get(name) if row else None
            if not (row and isinstance(secret, str)):
                continue
            try:
                row.data[name] = reseal(secret) if is_sealed(secret) else seal(secret)
            except Unreadable:
                return "unreadable"
            row.save(update_fields=["data"])
    return "encrypted"
