"""Forms for accounts, projects, members and invitations. Views check access; the other modules make the changes."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.forms.renderers import BaseRenderer
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.models import ApiToken, Invitation, Project, Role, User, default_time_zone, validate_time_zone
from accounts.projects import normalize_name

NAME_LENGTH = User._meta.get_field("first_name").max_length
gettext_noop("Email")  # allauth's label: without our own entry, its less common French word would be used
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def find_time_zone(text: str) -> str:
    """Return the time zone that "europe/paris" or "New York" means; the text itself if none or several match."""
    wanted = "_".join(text.split()).casefold()
    zones = available_timezones()
    by_name = [zone for zone in zones if zone.casefold() == wanted]
    by_city = [zone for zone in zones if zone.startswith(REGIONS) and zone.split("/")[-1].casefold() == wanted]
    found = by_name or by_city
    return found[0] if len(found) == 1 else text


class TimeZoneInput(forms.TextInput):
    """A text box that suggests time zones (a datalist, without JavaScript)."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        attrs = {**(attrs or {}), "list": f"{name}_choices", "autocomplete": "off", "spellcheck": "false"}
        zones = ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(REGIONS))]
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((zone, zone.replace("_", " ")) for zone in zones)
        )
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="{}_choices">{}</datalist>', field, name, options)


class TimeZoneField(forms.CharField):
    widget = TimeZoneInput
    default_validators = [validate_time_zone]

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"label": _("Time zone"), "max_length": 64, "initial": default_time_zone}
        super().__init__(**defaults | kwargs)

    def to_python(self, value: object) -> str:
        return find_time_zone(super().to_python(value) or "")


class InvitedRequest(HttpRequest):
    """The type of a request that accounts/views.py passes to allauth's sign-up page."""

    invitation: Invitation


class InvitedSignupForm(forms.Form):
    """The fields of allauth's sign-up form other than the password. The email address comes from the invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput({"autocomplete": "name"})
    )
    time_zone = TimeZoneField(widget=TimeZoneInput({"data-default-zone": default_time_zone()}))
    field_order = ["email", "name", "password1", "password2", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth's form, a subclass, added the email field; its view would read the initial value from ?email=.
        self.fields["email"].disabled = True
        self.initial["email"] = context.request.invitation.email

    def signup(self, request: InvitedRequest, user: User) -> None:
        """Complete the account and accept the invitation. Called by allauth after saving `user` in one transaction."""
        user.first_name = normalize_name(self.cleaned_data["name"])
        user.time_zone = self.cleaned_data["time_zone"]
        user.language = get_language()
        user.save(update_fields=["first_name", "time_zone", "language"])
        # The link was sent to this address, so it is verified.
        get_adapter().stash_verified_email(request, user.email)
        invitations.accept(request.invitation.pk, user, timezone.now())


class AccountForm(forms.ModelForm):
    name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    time_zone = TimeZoneField()

    class Meta:
        model = User
        fields = ["language", "time_zone"]

    field_order = ["name", "language", "time_zone"]

    def save(self, commit: bool = True) -> User:
        self.instance.first_name, self.instance.last_name = normalize_name(self.cleaned_data["name"]), ""
        return super().save(commit)


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": _("What’s this token for?")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The account form on the same page has a "name", too.
        super().__init__(*args, **{"auto_id": "token_%s"} | kwargs)


class ProjectForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ["name"]
        labels = {"name": _("Project name")}

    def clean_name(self) -> str:
        return normalize_name(self.cleaned_data["name"])


class DeleteProjectForm(forms.Form):
    """Requires the project name, to prevent deleting the wrong project by mistake."""

    name = forms.CharField(
        label=_("Enter the project name to confirm"), widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_name(self) -> str:
        name = normalize_name(self.cleaned_data["name"])
        # Phones type ’ where keyboards type '.
        if name.replace("’", "'") != normalize_name(self.project.name).replace("’", "'"):
            raise forms.ValidationError(_("That isn’t the project name. Nothing was deleted."))
        return name


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class InvitationForm(RoleForm):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=Invitation._meta.get_field("email").max_length,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    field_order = ["email", "role"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        self.fields["email"].run_validators(email)  # lower() lengthens some letters
        return email
