"""Write an export as an Excel workbook: the rows, and a second sheet with what they are.

In: an Export. Out: pieces of a file that was written to the disk before. XlsxWriter's `constant_memory` writes each
row to a temporary file as it comes; openpyxl's write-only mode takes twice the time. Called by registry.py.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts.formats import number
from reports.exports.table import Cell, Export

MAX_ROWS = 50_000  # nothing is sent before the last row is written: docs/reports.md has the time that it takes
MAX_CELL = 32_767  # characters, Excel's limit
PIECE_BYTES = 256 * 1024


class TooManyRows(Exception):
    """The list has more than MAX_ROWS rows; its text says what to do."""

    def __str__(self) -> str:
        text = _("This list has more than %(number)s rows. Choose CSV or JSON, or filter the list first.")
        return text % {"number": number(MAX_ROWS)}


def xlsx_pieces(export: Export) -> Iterator[bytes]:
    """Return the pieces of the workbook. Raises TooManyRows, before the first piece."""
    # The file is deleted when the last piece is read, and when the response is closed before.
    file = tempfile.TemporaryFile(prefix="vigie-export-")  # noqa: SIM115
    try:
        _write(export, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _pieces(file)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _write(export: Export, file: BinaryIO) -> None:
    with tempfile.TemporaryDirectory(prefix="vigie-export-") as folder:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        head = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        _write_rows(export, book.add_worksheet(export.title[:31]), head, moment)
        with translation.override(export.language):
            _write_facts(export, book.add_worksheet(_("About this export")[:31]), head)
        book.close()


def _write_rows(export: Export, sheet: Worksheet, head: Format, moment: Format) -> None:
    columns = export.table_columns
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.label, head)
    sheet.freeze_panes(1, 0)
    number = 0
    for batch in export.cells():
        for row in batch:
            number += 1
            if number > MAX_ROWS:
                raise TooManyRows
            for at, cell in enumerate(row):
                _write_cell(sheet, number, at, cell, moment)
    sheet.autofilter(0, 0, number, len(columns) - 1)


def _write_cell(sheet: Worksheet, row: int, at: int, cell: Cell, moment: Format) -> None:
    """Write a cell by its type. A cell of type text is never computed, so a text like a formula stays as it is."""
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, at, cell if len(cell) <= MAX_CELL else f"{cell[: MAX_CELL - 1]}…")
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, at, cell, moment)
    elif cell is not None:
        sheet.write_number(row, at, cell)


def _write_facts(export: Export, sheet: Worksheet, head: Format) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for at, (label, value) in enumerate(export.facts):
        sheet.write_string(at, 0, label, head)
        sheet.write_string(at, 1, value[:MAX_CELL])
