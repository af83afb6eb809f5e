"""URLs of the assistant. Included by dashboards/urls.py."""

from django.urls import URLPattern, path

from dashboards.views import assistant, assistant_settings

ASSISTANT: list[URLPattern] = [
    path("p/<int:project_id>/settings/assistant", assistant_settings.assistant_settings, name="assistant_settings"),
    path("p/<int:project_id>/assistant/summary", assistant.assistant_summary, name="assistant_summary"),
    path("p/<int:project_id>/assistant/query", assistant.assistant_query, name="assistant_query"),
    path("p/<int:project_id>/assistant/reply/<int:mention_id>", assistant.assistant_reply, name="assistant_reply"),
    path("p/<int:project_id>/assistant/<int:request_id>", assistant.assistant_request, name="assistant_request"),
]
