"""The forms of digests and alert rules. Used by dashboards/views/digests.py and rules.py."""

from typing import Any, cast

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.formats import hour_words
from accounts.models import Project, User
from alerts.models import Digest, Rule
from monitoring.models import Keyword

DEFAULT_MINIMUM = Rule._meta.get_field("minimum").default
MAX_NUMBER = 1_000_000  # mentions or percent: more is probably a typing error


def hour_choices() -> list[tuple[int, str]]:
    return [(hour, hour_words(hour)) for hour in range(24)]


class DigestForm(forms.ModelForm):
    hour = forms.TypedChoiceField(label=_("Time"), choices=hour_choices, coerce=int)

    class Meta:
        model = Digest
        fields = ["frequency", "weekday", "hour", "send_empty"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hour"].help_text = _("In your time zone (%(zone)s).") % {"zone": self.instance.user.time_zone}
        self.fields["weekday"].help_text = _("Weekly digests only.")


class RuleForm(forms.ModelForm):
    class Meta:
        model = Rule
        fields = [
            "keyword",
            "sentiment",
            "with_uncertain",
            "counts_stories",
            "condition",
            "threshold",
            "percent",
            "minimum",
            "window_s",
            "recipients",
        ]
        widgets = {"recipients": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project
        keyword = cast("forms.ModelChoiceField[Keyword]", self.fields["keyword"])
        keyword.queryset = Keyword.objects.filter(project=project).order_by("name")
        keyword.empty_label = None
        recipients = cast("forms.ModelMultipleChoiceField[User]", self.fields["recipients"])
        members = User.objects.filter(memberships__project=project, is_active=True)
        recipients.queryset = members.order_by("first_name", "email")
        recipients.label_from_instance = lambda obj: format_html("<bdi>{}</bdi>", obj.name)  # type: ignore[method-assign]  # as Django documents it
        recipients.help_text = _("Leave empty to notify all managers and admins.")
        self.fields["with_uncertain"].help_text = _(
            "When you filter by sentiment, also count mentions the model isn’t sure about."
        )
        self.fields["counts_stories"].help_text = _("Reprints and copied posts then count as one mention.")
        self.fields["threshold"].help_text = _("For “Above a threshold”.")
        self.fields["percent"].help_text = _("For “Up by a percentage”: compared with the previous period.")
        self.fields["minimum"].help_text = _("For “Up by a percentage”: no alert below this number of mentions.")
        for name in ("threshold", "percent", "minimum"):
            self.fields[name].required = False  # the condition decides which are required: see clean()
            self.fields[name].widget.attrs["max"] = MAX_NUMBER

    def clean(self) -> dict[str, Any]:
        """Require the numbers of the selected condition and reset the other's: a rule stores only what it uses."""
        data = super().clean() or self.cleaned_data
        data["with_uncertain"] = bool(data.get("sentiment") and data.get("with_uncertain"))
        is_above = data.get("condition") == Rule.Condition.ABOVE
        unused = {"percent": None, "minimum": DEFAULT_MINIMUM} if is_above else {"threshold": None}
        for name, value in unused.items():
            self.errors.pop(name, None)
            data[name] = value
        for name in {"threshold", "percent", "minimum"} - unused.keys() - self.errors.keys():
            if data.get(name) is None:
                self.add_error(name, _("Enter a number."))
            elif data[name] > MAX_NUMBER:
                self.add_error(name, _("This number is too large."))
            elif name == "percent" and data[name] == 0:
                self.add_error(name, _("Enter a percentage above zero."))
        return data
