"""The addresses of the pages, one line a page, grouped by room."""

from django.urls import URLPattern, path

from dashboards.views import overview, preferences

urlpatterns: list[URLPattern] = [
    path("preferences", preferences.preferences, name="preferences"),
    # overview
    path("p/<int:project_id>/", overview.overview, name="overview"),
]
