"""Django application of what a team does with mentions together: notes, drafts, replies, saved views."""

from django.apps import AppConfig


class WorkplaceConfig(AppConfig):
    name = "workplace"

    def ready(self) -> None:
        from monitoring.services.triage_log import documents_changed
        from workplace.due import on_change

        documents_changed.connect(on_change)
