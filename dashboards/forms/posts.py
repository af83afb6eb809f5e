"""The forms of the editorial calendar: a post with its texts per platform, its time, and the filter of the list.

In: what people enter. Out: PostValues of workplace/posts.py. Used by dashboards/views/posts.py and views/calendar.py.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import TimeZoneField
from accounts.models import Project, User
from dashboards.forms.post_pictures import PictureSlots
from workplace.calendar.links import untagged
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import CalendarRules, Post, PostTemplate
from workplace.models.posts import (
    MAX_CAMPAIGN,
    MAX_COMMENT,
    MAX_SIGNATURE,
    MAX_TERM,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TONE,
)
from workplace.post_checks import YEARS, checked_rules
from workplace.post_pictures import FIELD, stored
from workplace.post_templates import values_of
from workplace.post_words import place_name
from workplace.posts import PostValues

DEFAULT_TIME = time(9)


class DayInput(forms.DateInput):
    input_type = "date"


class TimeInput(forms.TimeInput):
    input_type = "time"


class PersonField(forms.ModelChoiceField):
    """A choice of managers and admins by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PostForm(forms.Form):
    """The fields of a post, with a text per platform. `values()` has what workplace/posts.py stores."""

    title = forms.CharField(
        label=_("Title"), max_length=MAX_TITLE, help_text=_("For the calendar. It isn’t published.")
    )
    text = forms.CharField(
        label=_("Text"), max_length=MAX_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"})
    )
    kind = forms.ChoiceField(label=_("Type"), choices=Post.Kind.choices)
    campaign = forms.CharField(label=_("Campaign"), max_length=MAX_CAMPAIGN, required=False)
    owner = PersonField(
        label=pgettext_lazy("post", "Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    reviewer = PersonField(
        label=_("Second reader"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    day = forms.DateField(label=_("Date"), required=False, widget=DayInput(format="%Y-%m-%d"))
    at = forms.TimeField(label=_("Time"), required=False, widget=TimeInput(format="%H:%M"))
    time_zone = TimeZoneField()

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.pictures = project, PictureSlots.read(self.data, self.files)
        for name in ("owner", "reviewer"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = project.managers().order_by("first_name", "email")
        for name in PLATFORMS:
            label = place_name(name)
            self.fields[f"on_{name}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"text_{name}"] = forms.CharField(
                label=_("Text for %(platform)s") % {"platform": label},
                max_length=MAX_TEXT,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
            )

    @classmethod
    def for_new(
        cls, project: Project, user: User, start: Mapping[str, Any], data: Any = None, files: Any = None
    ) -> "PostForm":
        """Return the form of a new post; `start` has values that are already known."""
        defaults = {"owner": user.pk, "time_zone": user.time_zone, "at": DEFAULT_TIME if start.get("day") else None}
        return cls(data, files, project=project, initial=defaults | dict(start))

    @classmethod
    def copy_of(cls, post: Post, user: User) -> "PostForm":
        """Return the form of a new post with the texts of another one, without its date."""
        form = cls.for_post(post)
        form.initial.update(owner=user.pk, day=None, at=None, time_zone=user.time_zone)
        for name in ("text", *(f"text_{name}" for name in PLATFORMS)):
            form.initial[name] = untagged(form.initial.get(name, ""))
        return form

    @classmethod
    def from_template(cls, template: PostTemplate, user: User, start: Mapping[str, Any]) -> "PostForm":
        """Return the form of a new post with the content of a template; `start` has what else is known."""
        values = values_of(template, user)
        initial = {name: getattr(values, name) for name in ("title", "text", "kind", "campaign")}
        for name, text in values.platforms.items():
            initial |= {f"on_{name}": True, f"text_{name}": text}
        return cls.for_new(template.project, user, initial | dict(start))

    @classmethod
    def for_post(cls, post: Post, data: Any = None, files: Any = None) -> "PostForm":
        """Return the form of a stored post."""
        initial = {name: getattr(post, name) for name in ("title", "text", "kind", "campaign", "time_zone")}
        initial |= {"owner": post.owner_id, "reviewer": post.reviewer_id, "day": post.due_day, "at": post.due_time}
        for variant in post.variants.all():
            initial |= {f"on_{variant.platform}": True, f"text_{variant.platform}": variant.text}
        form = cls(data, files, project=post.project, initial=initial)
        if data is None:
            form.pictures = PictureSlots.of(stored(post))
        return form

    @property
    def platforms(self) -> list[tuple[BoundField, BoundField]]:
        """The platforms, each with the field of its own text."""
        return [(self[f"on_{name}"], self[f"text_{name}"]) for name in PLATFORMS]

    @property
    def shown_texts(self) -> tuple[str, dict[str, str]]:
        """The text and the text of each chosen platform as they are now, for the preview; also of an invalid form."""
        chosen = {name: str(self[f"text_{name}"].value() or "") for name in PLATFORMS if self[f"on_{name}"].value()}
        return str(self["text"].value() or ""), chosen

    def with_texts(self, data: QueryDict, texts: Mapping[str, str]) -> "PostForm":
        """Return the form with other texts of platforms, where they differ from the one that they would use.

        `data` is a copy of what was posted, which is changed.
        """
        text = self.shown_texts[0].replace("\r\n", "\n").strip()
        for name, own in texts.items():
            data[f"text_{name}"] = "" if own == text else own
        return PostForm(data, self.files, project=self.project, initial=self.initial)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("day") and cleaned.get("at") is None and "at" not in self.errors:
            cleaned["at"] = DEFAULT_TIME
        if not cleaned.get("day") and "day" not in self.errors:
            cleaned["at"] = None
        return cleaned

    def values(self) -> PostValues:
        """Return the values of a valid form."""
        data = self.cleaned_data
        chosen = {name: data[f"text_{name}"].replace("\r\n", "\n").strip() for name in PLATFORMS if data[f"on_{name}"]}
        names = ("title", "text", "kind", "campaign", "owner", "reviewer", "day", "at", "time_zone")
        pictures = self.pictures.values()
        return PostValues(platforms=chosen, pictures=pictures, **{name: data[name] for name in names})

    def add_errors(self, errors: Mapping[str, list[str]]) -> None:
        """Show the errors of the service next to their fields."""
        for name, texts in errors.items():
            if name == FIELD:  # it is no field of the form
                self.errors[FIELD] = self.error_class(texts)
                continue
            field = f"text_{name}" if name in PLATFORMS else name
            for text in texts:
                self.add_error(field if field in self.fields else None, text)


class CommentForm(forms.Form):
    """A comment for the team."""

    comment = forms.CharField(
        label=_("Comment"), max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class CalendarRulesForm(forms.Form):
    """The fields of CalendarRules."""

    needs_approval = forms.BooleanField(
        label=_("Only approved posts can be scheduled"),
        required=False,
        help_text=_("A manager or an admin who didn’t write the text approves it. A new text needs a new approval."),
    )
    tone = forms.CharField(
        label=_("Tone"),
        max_length=MAX_TONE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("How the brand writes. Shown next to the text of a post."),
    )
    forbidden = forms.CharField(
        label=_("Forbidden words"),
        max_length=MAX_TERMS * (MAX_TERM + 2),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Words and phrases, one per line. The preview of a post points them out."),
    )
    hashtags = forms.CharField(
        label=_("Hashtags of every post"), max_length=1000, required=False, help_text=_("With spaces between them.")
    )
    signature = forms.CharField(
        label=_("Signature"), max_length=MAX_SIGNATURE, required=False, help_text=_("Words with which each post ends.")
    )

    tags_links = forms.BooleanField(
        label=_("Add campaign parameters to links when a post is published"),
        required=False,
        help_text=_("Your analytics then shows how many visits each post brought. Parameters that a link has stay."),
    )
    link_domains = forms.CharField(
        label=_("Domains of your website"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "spellcheck": "false"}),
        help_text=_(
            "One per line, such as lumen.example. Subdomains count. A site connected by Plausible counts already."
        ),
    )

    def clean_link_domains(self) -> list[str]:
        return self._checked("link_domains", self.cleaned_data["link_domains"].splitlines())

    def clean_forbidden(self) -> list[str]:
        return self._checked("forbidden", self.cleaned_data["forbidden"].splitlines())

    def clean_hashtags(self) -> list[str]:
        return self._checked("hashtags", [self.cleaned_data["hashtags"]])

    def _checked(self, name: str, lines: list[str]) -> list[str]:
        try:
            return cast("list[str]", checked_rules({name: lines})[name])
        except forms.ValidationError as error:
            raise forms.ValidationError(error.error_dict[name]) from None

    @classmethod
    def for_rules(cls, rules: CalendarRules, data: Any = None) -> "CalendarRulesForm":
        """Return the form of stored rules."""
        initial = {name: getattr(rules, name) for name in ("needs_approval", "tone", "signature", "tags_links")}
        initial["link_domains"] = "\n".join(rules.link_domains)
        initial |= {"forbidden": "\n".join(rules.forbidden), "hashtags": " ".join(rules.hashtags)}
        return cls(data, initial=initial)


def read_day(text: str) -> date | None:
    """Return a day in ISO format, None for any other text or a year that posts can't have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_time(text: str) -> time | None:
    """Return a time such as 14:30, None for any other text."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
