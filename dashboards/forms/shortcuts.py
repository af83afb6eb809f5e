"""The form of a person's keyboard shortcuts. Used by dashboards/views/shortcuts.py."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards.shortcuts import CHANGEABLE, key_name, shortcuts_of

# "'" opens the search of Firefox; the others only start an accented letter on many keyboards.
RESERVED = frozenset("'^`´¨~")


class KeyField(forms.CharField):
    """One character that a keyboard types, or "" for no key; letters in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"maxlength": 1, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: object) -> str:
        text = unicodedata.normalize("NFC", str(value or "")).strip()
        return text.lower() if len(text.lower()) == 1 else text

    def validate(self, value: str) -> None:
        if value and (len(value) != 1 or unicodedata.category(value)[0] not in "LNPS"):
            raise forms.ValidationError(_("Enter one letter, digit, or sign."))
        if value in RESERVED:
            raise forms.ValidationError(_("Browsers or keyboards use “%(key)s” themselves."), params={"key": value})


class ShortcutsForm(forms.Form):
    """Whether the person has shortcuts of one key, and the key of each action."""

    has_shortcuts = forms.BooleanField(
        label=gettext_lazy("Single-key shortcuts"),
        required=False,
        help_text=gettext_lazy("Turn them off if you dictate, or press keys by accident."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, user: User) -> None:
        own = user.shortcut_keys
        keys = shortcuts_of(User(shortcut_keys=own)).keys
        initial = {f"key_{name}": next(iter(keys[name]), "") for name in CHANGEABLE}
        super().__init__(data, initial={"has_shortcuts": user.has_shortcuts, **initial}, auto_id="shortcut_%s")
        for name, action in CHANGEABLE.items():
            self.fields[f"key_{name}"] = KeyField(label=action.label)

    def keys(self) -> list[BoundField]:
        """Return the fields of the keys, for the template."""
        return [self[f"key_{name}"] for name in CHANGEABLE]

    @property
    def has_wrong_key(self) -> bool:
        return any(field.errors for field in self.keys())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        users: dict[str, str] = {}
        for name, action in CHANGEABLE.items():
            key = data.get(f"key_{name}")
            if key and key in users:
                params = {"key": key_name(key), "action": CHANGEABLE[users[key]].label}
                self.add_error(
                    f"key_{name}", forms.ValidationError(_("%(key)s is the key of “%(action)s”."), params=params)
                )
            elif key:
                users[key] = action.name
        return data

    def save(self, user: User) -> None:
        """Store the setting and the keys that are not the defaults."""
        user.has_shortcuts = self.cleaned_data["has_shortcuts"]
        chosen = {name: self.cleaned_data[f"key_{name}"] for name in CHANGEABLE}
        user.shortcut_keys = {name: key for name, key in chosen.items() if key != CHANGEABLE[name].key}
        user.save(update_fields=["has_shortcuts", "shortcut_keys"])
