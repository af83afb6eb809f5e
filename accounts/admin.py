"""Account management for server admins, below /operator/: deactivate, reactivate, grant server admin rights.

Accounts cannot be deleted here: a project could lose its last admin, and the activity log its names.
"""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "first_name", "is_active", "is_superuser", "last_login"]
    search_fields = ["email", "first_name"]
    fields = ["email", "first_name", "language", "time_zone", "is_active", "is_staff", "is_superuser"]
    readonly_fields = ["email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
