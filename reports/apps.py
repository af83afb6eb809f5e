from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from monitoring.ingest.deletions import blanked
        from monitoring.ingest.erasure import author_erased
        from reports.redaction import on_author_erased, on_items_blanked

        blanked.connect(on_items_blanked)
        author_erased.connect(on_author_erased)
