"""Django application of what a team does with mentions together: notes, drafts, replies, saved views."""

from django.apps import AppConfig


class WorkplaceConfig(AppConfig):
    name = "workplace"

    def ready(self) -> None:
        from delivery import withdrawals
        from delivery.models import Delivery
        from monitoring.ingest.deletions import blanked
        from monitoring.ingest.erasure import author_erased, items_erased
        from monitoring.services.triage_log import documents_changed
        from workplace.curation.deletions import on_items_blanked
        from workplace.curation.withdrawal import is_unpublished
        from workplace.due import on_change
        from workplace.erasure import on_author_erased, on_items_erased

        documents_changed.connect(on_change)
        blanked.connect(on_items_blanked)
        items_erased.connect(on_items_erased)
        author_erased.connect(on_author_erased)
        withdrawals.register(Delivery.Kind.NEWSLETTER, is_unpublished)
