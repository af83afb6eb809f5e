"""The form that allows the assistant in a project. Used by dashboards/views/assistant_settings.py."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AssistantRulesForm(forms.Form):
    """The fields of AssistantRules."""

    is_allowed = forms.BooleanField(label=_("Managers and admins may use the assistant"), required=False)
