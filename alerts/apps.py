from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts.deletions import remove_from_messages
        from monitoring.ingest.deletions import blanked

        blanked.connect(remove_from_messages)
