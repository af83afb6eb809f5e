"""Write an export as CSV that Excel and LibreOffice open without a question.

In: an Export. Out: pieces of UTF-8 with a byte order mark, without which Excel reads another encoding; a piece per
batch. Excel separates fields by the list separator of the system, which is a semicolon where the decimal separator is
a comma, as in French. Called by registry.py.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from reports.exports.table import Cell, Export

BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets compute a cell that begins with one of these: OWASP, "CSV Injection". The wide signs are those of
# Japanese keyboards.
FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")


def csv_pieces(export: Export, separator: str) -> Iterator[bytes]:
    """Yield the file, the header first."""
    yield _lines([[column.label for column in export.table_columns]], separator, BYTE_ORDER_MARK)
    for batch in export.cells():
        yield _lines(batch, separator)


def safe_cell(cell: Cell) -> str | int | float:
    """Return a cell that no spreadsheet computes: a text like a formula has an apostrophe before it.

    Numbers are written as they are, also negative ones.
    """
    if isinstance(cell, str):
        return f"'{cell}" if cell[:1] in FORMULA_SIGNS and cell else cell
    if cell is None:
        return ""
    return cell.isoformat(" ") if isinstance(cell, datetime) else cell


def _lines(rows: list[list[Cell]], separator: str, start: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(start)
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(map(safe_cell, row) for row in rows)
    return text.getvalue().encode()
