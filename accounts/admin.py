"""The server admin pages below /operator/: deactivate, reactivate, grant server admin rights, turn off two-factor
authentication for people who lost their device.

Accounts cannot be deleted here: a project could lose its last admin, and the activity log its names. Models of other
packages have no pages: groups are not used, addresses never change, and authenticators contain secrets.
"""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import User

admin.site.site_title = "Vigie"
admin.site.site_header = _("Vigie · Server admin")
admin.site.index_title = _("Server admin")
for _model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "first_name", "is_active", "is_superuser", "last_login"]
    search_fields = ["email", "first_name"]
    fields = ["email", "first_name", "language", "time_zone", "is_active", "is_staff", "is_superuser"]
    readonly_fields = ["email"]
    actions = ["turn_off_two_factor"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description=_("Turn off two-factor authentication"), permissions=["change"])
    def turn_off_two_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Delete the authenticators of the selected people, and tell each by email."""
        found = [user for user in users if Authenticator.objects.filter(user=user).delete()[0]]
        for user in found:
            get_adapter().send_notification_mail("mfa/email/totp_deactivated", user, email=user.email)
        text = ngettext(
            "Two-factor authentication turned off for %(number)s account.",
            "Two-factor authentication turned off for %(number)s accounts.",
            len(found),
        )
        messages.success(request, text % {"number": number(len(found))})
