"""The forms of saved replies and of the rules for replies. Used by dashboards/views/reply_settings.py."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from workplace.models.drafts import MAX_COOLING, MAX_NAME, MAX_TEXT
from workplace.saved_replies import MAX_FORBIDDEN, MAX_FORBIDDEN_LENGTH, variable_error


class SavedReplyForm(forms.Form):
    """The fields of a SavedReply."""

    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME, help_text=_("You find the reply by it, and by words in its text.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(label=_("Text"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 8}))

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if error := variable_error(text):
            raise forms.ValidationError(error)
        return text


class ReplyRulesForm(forms.Form):
    """The fields of ReplyRules; `forbidden` has one word or phrase per line."""

    needs_approval = forms.BooleanField(
        label=_("A second person approves each reply"),
        required=False,
        help_text=_("A manager or an admin who didn’t write it. Until then, an item can’t be marked as replied."),
    )
    cooling_minutes = forms.IntegerField(
        label=_("Cooling time (minutes)"),
        min_value=0,
        max_value=MAX_COOLING,
        help_text=_("How long a draft waits after each change of its text. 0 for no waiting."),
    )
    forbidden = forms.CharField(
        label=_("Forbidden words"),
        required=False,
        max_length=MAX_FORBIDDEN * (MAX_FORBIDDEN_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Words and phrases, one per line. Vigie points them out in drafts."),
    )

    def clean_forbidden(self) -> list[str]:
        words: str = self.cleaned_data["forbidden"]
        return words.splitlines()
