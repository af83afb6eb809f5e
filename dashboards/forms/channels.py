"""The name and language of a channel; the form of its settings is that of delivery/channels/."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ChannelForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("How your team recognizes it, for example #brand-alerts."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the messages"), choices=settings.LANGUAGES)
