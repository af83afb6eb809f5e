"""The formats of exports, and the file that a person gets.

In: an Export and what the person chose. Out: the name, the type and the pieces of the file; the activity log says who
exported what. Called by the page of exports and by the API.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.activity_log import record
from accounts.models import ActivityEntry, Project, User
from reports.exports.csv_file import csv_pieces
from reports.exports.json_file import json_line_pieces, json_pieces
from reports.exports.table import Export, Row
from reports.exports.xlsx_file import xlsx_pieces

SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}


@dataclass(frozen=True)
class FileFormat:
    """A format: `write` takes an export and a separator of fields."""

    label: str | Promise
    content_type: str
    write: Callable[[Export, str], Iterator[bytes]]


FORMATS = {
    "xlsx": FileFormat(
        _("Excel (XLSX)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda export, separator: xlsx_pieces(export),
    ),
    "csv": FileFormat("CSV", "text/csv; charset=utf-8", csv_pieces),
    "json": FileFormat("JSON", "application/json", lambda export, separator: json_pieces(export)),
    "jsonl": FileFormat("JSON Lines", "application/x-ndjson", lambda export, separator: json_line_pieces(export)),
}


@dataclass(frozen=True)
class ExportFile:
    """A file to send; its pieces can be read once."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


def default_separator(language: str) -> str:
    """Return the separator that Excel expects in a language: French systems list by semicolons."""
    return "semicolon" if language == "fr" else "comma"


def start_export(project: Project, user: User, export: Export, file_format: str, separator: str) -> ExportFile:
    """Return the file, and record the export. Raises TooManyRows for a workbook of too many rows.

    The entry of the activity log gets the number of rows when the last one is sent, or the download is canceled.
    """
    chosen = FORMATS[file_format]
    counter = _Counter()
    pieces = chosen.write(replace(export, batches=counter.counted(export.batches)), SEPARATORS[separator])
    detail = {"list": export.name, "format": file_format, "query": export.about["query"], **counter.detail}
    counter.entry = record(project, user, "list.exported", export.title, **detail)
    return ExportFile(_file_name(project, export, file_format), chosen.content_type, pieces)


class _Counter:
    """Counts the rows of an export into its entry of the activity log."""

    def __init__(self) -> None:
        self.rows, self.is_complete = 0, False
        self.entry: ActivityEntry | None = None

    @property
    def detail(self) -> dict[str, object]:
        return {"rows": self.rows, "is_complete": self.is_complete}

    def counted(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        try:
            for batch in batches:
                self.rows += len(batch)
                yield batch
            self.is_complete = True
        finally:
            if self.entry:
                self.entry.detail |= self.detail
                self.entry.save(update_fields=["detail"])


def _file_name(project: Project, export: Export, extension: str) -> str:
    """Return "maison-lumen-mentions-2026-11-29.csv"."""
    day = timezone.localdate(timezone=export.zone).isoformat()
    return "-".join(filter(None, [slugify(project.name), export.name, day])) + f".{extension}"
