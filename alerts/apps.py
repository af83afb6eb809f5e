from django.apps import AppConfig
from django.db.models.signals import pre_delete


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts.deletions import remove_from_messages
        from alerts.scope import keep_query_of_view
        from monitoring.ingest.deletions import blanked

        blanked.connect(remove_from_messages)
        # By name: alerts and workplace don't import each other.
        pre_delete.connect(keep_query_of_view, sender="workplace.SavedView")
