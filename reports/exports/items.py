"""The results of the search over all content, for exports: a row per item, with its mentions if it has any.

In: a DocumentSearch. Out: columns, and batches of rows, newest first. Called by registry.py.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from monitoring.insights.documents import DocumentSearch, id_batches
from monitoring.models import Document, Mention, Source
from reports.exports.item_columns import ITEM_FIELDS, item_columns, item_values, link_column, page_prefix
from reports.exports.table import Column, Row, Value

ROWS = 500  # documents whose texts are in memory


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    return (*item_columns(), Column("keywords", _("Keywords"), width=20), Column("mentions", "", None), link_column())


def batches(search: DocumentSearch) -> Iterator[list[Row]]:
    """Yield the rows of the search."""
    sources = {one.pk: str(one) for one in Source.objects.filter(project=search.project_id).only("title", "url")}
    for ids in id_batches(search):
        for start in range(0, len(ids), ROWS):
            yield _rows(search.project_id, ids[start : start + ROWS], sources)


def _rows(project_id: int, ids: list[int], sources: dict[int, str]) -> list[Row]:
    documents = {row[0]: row for row in Document.objects.filter(pk__in=ids).values_list(*ITEM_FIELDS)}
    mentions: dict[int, list[dict[str, Value]]] = defaultdict(list)
    found = Mention.objects.filter(document_id__in=ids).order_by("keyword_id")
    for pk, document_id, keyword_id, name, status in found.values_list(
        "pk", "document_id", "keyword_id", "keyword__name", "status"
    ):
        mentions[document_id].append({"id": pk, "keyword": {"id": keyword_id, "name": name}, "status": status})
    prefix = page_prefix("mention", project_id)
    return [
        (
            *item_values(documents[pk], sources),
            [one["keyword"]["name"] for one in mentions[pk]],
            mentions[pk],
            f"{prefix}{mentions[pk][0]['id']}" if mentions[pk] else "",
        )
        for pk in ids
        if pk in documents
    ]
