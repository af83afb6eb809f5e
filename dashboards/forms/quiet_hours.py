"""The form of a person's quiet hours. Used by the account page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.models import QuietHours
from alerts.quiet_hours import check_hours, set_hours


class QuietHoursForm(forms.ModelForm):
    """Both times empty and no weekends: no quiet hours."""

    class Meta:
        model = QuietHours
        fields = ["start", "end", "weekends"]
        widgets = {name: forms.TimeInput(format="%H:%M", attrs={"type": "time"}) for name in ("start", "end")}

    def __init__(self, data: Any = None, *, user: User) -> None:
        found = QuietHours.objects.filter(user=user).first()
        super().__init__(data, instance=found or QuietHours(user=user), prefix="quiet")
        if found and found.start == found.end:
            self.initial.update(start=None, end=None)
        for name in ("start", "end"):
            self.fields[name].required = False
        self.fields["end"].help_text = _("In your time zone (%(zone)s).") % {"zone": user.zone}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            check_hours(data.get("start"), data.get("end"))
        return data

    def store(self) -> None:
        """Store the hours, or delete them if there are none."""
        data = self.cleaned_data
        set_hours(self.instance.user, data["start"], data["end"], weekends=data["weekends"])
