"""Django application of the assistant: summaries, draft replies and queries by a model of the server admin."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "assistant"

    def ready(self) -> None:
        from assistant import checks  # noqa: F401  # registers them
        from assistant.erasure import on_items_blanked, on_items_erased
        from monitoring.ingest.deletions import blanked
        from monitoring.ingest.erasure import items_erased

        blanked.connect(on_items_blanked)
        items_erased.connect(on_items_erased)
