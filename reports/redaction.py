"""Cut out of stored editions what may no longer be shown: items that were deleted, authors whose data were erased.

Receives the signals of monitoring/ingest/. Counts stay.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.translation import gettext as _

from reports.models import Edition

_SHOWS = "EXISTS (SELECT FROM jsonb_path_query(reports_edition.content, %s) AS one WHERE one #>> '{}' = ANY(%s))"
ITEM_PATH, NAME_PATH = "$[*].blocks[*].items[*].document", "$[*].blocks[*].names[*]"


def on_items_blanked(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Cut items out of the editions of a project."""
    ids = set(document_ids)
    for edition in _showing(project_id, ITEM_PATH, [str(one) for one in ids]):
        without_items(edition.content, ids, edition.language)
        edition.save(update_fields=["content"])


def on_author_erased(project_id: int, names: Collection[str], **signal_fields: Any) -> None:
    """Cut the names of an author out of the editions of a project."""
    for edition in _showing(project_id, NAME_PATH, [name for name in names if name]):
        for block in _blocks(edition.content):
            for place, name in enumerate(block.get("names", ())):
                if name in names:
                    block["names"][place] = ""
                    block["rows"][place][0] = _placeholder(edition.language)
        edition.save(update_fields=["content"])


def without_items(content: list[dict[str, Any]], ids: Collection[int], language: str) -> None:
    """Replace items in stored sections."""
    for block in _blocks(content):
        for item in block["items"] if block["kind"] == "items" else ():
            if item["document"] in ids:
                item |= {"title": _placeholder(language), "url": "", "facts": ""}


def _blocks(content: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (block for section in content for block in section["blocks"])


def _placeholder(language: str) -> str:
    with translation.override(language):
        return _("(no longer available)")


def _showing(project_id: int, path: str, values: list[str]) -> QuerySet[Edition]:
    """Return the editions that show one of the values, locked in the order of their ids."""
    rows = Edition.objects.filter(report__project_id=project_id)
    rows = rows.filter(RawSQL(_SHOWS, [path, values], BooleanField()))
    return rows.select_for_update(of=("self",)).order_by("pk")
