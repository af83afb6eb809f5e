"""The forms of people and projects. Who may send them is the views' business, what they change that of the modules."""

from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.models import ApiToken, Invitation, Project, Role, User, default_time_zone, validate_time_zone
from accounts.projects import tidy

NAME_LENGTH = User._meta.get_field("first_name").max_length
gettext_noop("Email")  # allauth's label; of Django's French and allauth's, the less usual word would win
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone_named(text: str) -> str:
    """The zone that people mean by "europe/paris", "New York" or "Paris"; the text itself when none or several do."""
    wanted = "_".join(text.split()).casefold()
    zones = available_timezones()
    whole = [zone for zone in zones if zone.casefold() == wanted]
    cities = [zone for zone in zones if zone.startswith(REGIONS) and zone.split("/")[-1].casefold() == wanted]
    found = whole or cities
    return found[0] if len(found) == 1 else text


class TimeZoneInput(forms.TextInput):
    """A text box that proposes the zones whose names contain what is typed (a datalist: no script needed)."""

    def render(
        self, name: str, value: object, attrs: dict[str, object] | None = None, renderer: object = None
    ) -> SafeString:
        attrs = {**(attrs or {}), "list": f"{name}_choices", "autocomplete": "off", "spellcheck": "false"}
        zones = ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(REGIONS))]
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((zone, zone.replace("_", " ")) for zone in zones)
        )
        box = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="{}_choices">{}</datalist>', box, name, options)


class TimeZoneField(forms.CharField):
    widget = TimeZoneInput
    default_validators = [validate_time_zone]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"label": _("Time zone"), "max_length": 64, "initial": default_time_zone} | kwargs)

    def to_python(self, value: object) -> str:
        return zone_named(super().to_python(value))


class InvitedSignupForm(forms.Form):
    """What allauth's sign-up form asks besides the password. The address is the invitation's, whatever is posted."""

    name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput({"autocomplete": "name"})
    )
    time_zone = TimeZoneField(widget=TimeZoneInput({"data-default-zone": default_time_zone()}))
    field_order = ["email", "name", "password1", "password2", "time_zone"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # allauth's form, a subclass, has added the address; its view would take the initial value from ?email=.
        self.fields["email"].disabled = True
        self.initial["email"] = context.request.invitation.email

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once `user` is saved, inside the transaction of accounts.views.signup."""
        user.first_name = tidy(self.cleaned_data["name"])
        user.time_zone = self.cleaned_data["time_zone"]
        user.language = get_language()
        user.save(update_fields=["first_name", "time_zone", "language"])
        # The link came by mail: the address is known to be theirs.
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
        self.instance.first_name, self.instance.last_name = tidy(self.cleaned_data["name"]), ""
        return super().save(commit)


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": _("What’s this token for?")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="token_%s", **kwargs)  # beside the account form, which has a name too


class ProjectForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ["name"]
        labels = {"name": _("Project name")}

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class DeleteProjectForm(forms.Form):
    """Asks for the project's name, so that nobody deletes the wrong one by a slip."""

    name = forms.CharField(
        label=_("Enter the project name to confirm"), widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: object, project: Project, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        # Phones type ’ where desks type '.
        if name.replace("’", "'") != tidy(self.project.name).replace("’", "'"):
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
        return self.cleaned_data["email"].lower()
