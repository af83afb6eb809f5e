"""The URL configuration: health check, accounts, server admin, API (api/app.py) and pages (dashboards/urls.py)."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from api.app import api
from dashboards.views.health import healthz

# The server admin pages use the same sign-in as all others, with two-factor authentication and rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's documented way

handler400 = "dashboards.views.errors.bad_request"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    # Django's own pages for these know neither two-factor authentication nor the emails about a new password.
    path("operator/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("operator/logout/", RedirectView.as_view(pattern_name="account_logout")),
    path("operator/", admin.site.urls),
    path("api/v1/", api.urls),
    path("", include("dashboards.urls")),
]
