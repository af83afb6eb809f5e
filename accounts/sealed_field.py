"""A column of encrypted text. Rows have it as stored; accounts/secret_box.py encrypts and decrypts."""

from typing import Any

from django.db import models


class SealedField(models.TextField):
    """Marks the columns that `rotate_secrets` encrypts again. For migrations it is a TextField."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
