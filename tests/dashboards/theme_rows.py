"""Rows of themes in the world of tests/dashboards/world.py."""

from django.utils import timezone

from monitoring.models import DocumentTheme, Theme, ThemeRun
from tests.vectors import VERSION, direction


def make_theme(project, documents=(), name="late, parcel", **fields):
    """Create a theme with these documents, as if a run had found it."""
    ThemeRun.objects.update_or_create(project=project, defaults={"grouped_at": timezone.now()})
    terms = {language: name.split(", ") for language in ("fr", "en")}
    theme = Theme.objects.create(
        project=project, name_terms=terms, terms=terms, center=direction(1).tolist(), version=VERSION, **fields
    )
    DocumentTheme.objects.bulk_create(DocumentTheme(document=document, theme=theme) for document in documents)
    return theme
