"""The form of the rules of authors' labels. Used by dashboards/views/authors.py."""

from typing import Any

from django import forms

from monitoring.models import AuthorSettings


class AuthorRulesForm(forms.ModelForm):
    """The numbers of AuthorSettings, read-only for those who may not change them."""

    class Meta:
        model = AuthorSettings
        fields = AuthorSettings.RULES

    def __init__(self, *arguments: Any, may_change: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self.fields.values():
            field.disabled = not may_change
