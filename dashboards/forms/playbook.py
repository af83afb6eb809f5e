"""The forms of the playbook and of holding statements. Used by dashboards/views/playbook.py."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.incident_models import MAX_ESCALATION_MIN, MAX_TEXT, HoldingStatement


class PlaybookForm(forms.Form):
    """The fields of a Playbook; members of the project can be chosen."""

    checklist = forms.CharField(
        label=_("Checklist"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One task per line. New incidents start with these tasks."),
    )
    contacts = forms.CharField(
        label=_("Contacts"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One person per line, with their role and phone number."),
    )
    escalate_after = forms.IntegerField(
        label=_("Escalate after (minutes)"),
        required=False,
        min_value=1,
        max_value=MAX_ESCALATION_MIN,
        help_text=_("How long an incident may stay unacknowledged. Leave empty to turn off escalation."),
    )
    escalate_to = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Escalate to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave empty to notify all admins."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__project=project, is_active=True).order_by("first_name", "email")
        field = self.fields["escalate_to"]
        field.queryset = members  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        field.label_from_instance = lambda user: format_html("<bdi>{}</bdi>", user.name)  # type: ignore[attr-defined]


class StatementForm(forms.ModelForm):
    """The fields of a HoldingStatement."""

    class Meta:
        model = HoldingStatement
        fields = ("name", "text_fr", "text_en")
        labels = {"name": _("Audience"), "text_fr": _("Text in French"), "text_en": _("Text in English")}
        help_texts = {"name": _("For whom it is, such as customers or the press.")}
        widgets = {"text_fr": forms.Textarea(attrs={"rows": 6}), "text_en": forms.Textarea(attrs={"rows": 6})}
