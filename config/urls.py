"""Every address of Vigie. Pages live in dashboards/urls.py, the API in config/api.py."""

from django.contrib import admin
from django.urls import include, path

from config.api import api
from dashboards.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("operator/", admin.site.urls),
    path("api/v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("dashboards.urls")),
]
