"""Entries and batches for the tests of storing."""

from datetime import UTC, datetime

from monitoring.ingest.records import Batch
from monitoring.models import Document, DocumentSource, Mention
from monitoring.records import Entry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ARTICLE = (
    "Lumora ouvre une boutique à Lyon, rue de la République. La marque de lampes y présente sa collection d’hiver,"
    " dessinée à Nantes et fabriquée dans le Jura. Le magasin emploie douze personnes."
)


def entry(native_id, text=ARTICLE, title="Lumora ouvre une boutique", url="https://presse.example/a", **fields):
    return Entry(native_id, url, title, text, published=fields.pop("published", NOON), **fields)


def batch(source, *entries, **fields):
    return Batch(source.pk, source.project_id, entries, **fields)


def counts():
    return Document.objects.count(), DocumentSource.objects.count(), Mention.objects.count()
