"""The form of a digest: what it is about, in which languages, and when it is sent. Used by the Digest page."""

from typing import Any, cast

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.formats import hour_words
from alerts.forms import channel_choice
from alerts.models import Digest
from delivery.destinations import destinations_of
from delivery.models import Destination
from monitoring.messages.labels import language_name
from monitoring.models import Keyword
from workplace.models import SavedView
from workplace.saved_views import views_of

# Those of most items; a digest keeps the others that it has.
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")
ABOUT, FREQUENCY = Digest.About, Digest.Frequency


def hour_choices() -> list[tuple[int, str]]:
    return [(hour, hour_words(hour)) for hour in range(24)]


class DigestForm(forms.ModelForm):
    hour = forms.TypedChoiceField(label=_("Time"), choices=hour_choices, coerce=int)
    month_day = forms.TypedChoiceField(
        label=_("Day of the month"), choices=[(day, str(day)) for day in range(1, 32)], coerce=int
    )
    languages = forms.MultipleChoiceField(label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Digest
        fields = [
            "about",
            "keywords",
            "view",
            "languages",
            "selection",
            "frequency",
            "weekday",
            "month_day",
            "hour",
            "send_empty",
            "destinations",
        ]
        widgets = {"keywords": forms.CheckboxSelectMultiple, "destinations": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, may_use_channels: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        digest = self.instance
        keywords = cast("forms.ModelMultipleChoiceField[Keyword]", self.fields["keywords"])
        keywords.queryset = Keyword.objects.filter(project=digest.project_id).order_by("name")
        keywords.label_from_instance = lambda obj: format_html("<bdi>{}</bdi>", obj.name)  # type: ignore[method-assign]  # as Django documents it
        view = cast("forms.ModelChoiceField[SavedView]", self.fields["view"])
        view.queryset = views_of(digest.user, digest.project_id)
        view.empty_label = "–"
        self._set_channels(may_use_channels)
        languages = cast("forms.MultipleChoiceField", self.fields["languages"])
        codes = dict.fromkeys((*LANGUAGES, *digest.languages))
        languages.choices = [(code, language_name(code)) for code in codes]
        languages.help_text = _("None selected means all languages. Items of unknown language are always included.")
        self.fields["hour"].help_text = _("In your time zone (%(zone)s). It may take five minutes longer.") % {
            "zone": digest.user.zone
        }
        self.fields["selection"].help_text = _(
            "The best are ranked by relevance, reach, strength of sentiment and novelty."
        )
        for name in ("about", "month_day", "selection"):
            self.fields[name].required = False

    def _set_channels(self, may_use_channels: bool) -> None:
        channels = cast("forms.ModelMultipleChoiceField[Destination]", self.fields["destinations"])
        channels.queryset = destinations_of(self.instance.project)
        channels.label_from_instance = channel_choice  # type: ignore[method-assign, assignment]  # as Django documents it
        channels.help_text = _("They get a short message, in addition to your email.")
        if not may_use_channels or not channels.queryset.exists():
            del self.fields["destinations"]

    def clean_about(self) -> str:
        return self.cleaned_data["about"] or self.instance.about

    def clean_selection(self) -> str:
        return self.cleaned_data["selection"] or self.instance.selection

    def clean_month_day(self) -> int:
        return self.cleaned_data["month_day"] or self.instance.month_day

    def clean(self) -> dict[str, Any]:
        """Require the keywords or the view that the content needs, and reset those it doesn't use."""
        data = super().clean() or self.cleaned_data
        about = data.get("about")
        if about != ABOUT.KEYWORDS:
            data["keywords"] = Keyword.objects.none()
        elif not data.get("keywords"):
            self.add_error("keywords", _("Select at least one keyword."))
        if about != ABOUT.VIEW:
            data["view"] = None
        elif not data.get("view"):
            self.add_error("view", _("Select a saved view."))
        return data
