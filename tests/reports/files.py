"""Read exported files in tests: CSV, JSON Lines, and the sheets of a workbook."""

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def body(response):
    assert response.status_code == 200, response.status_code
    return b"".join(response.streaming_content)


def csv_rows(response, separator=","):
    """Return the rows as dictionaries by header."""
    text = body(response).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=separator))


def json_lines(response):
    return [json.loads(line) for line in body(response).decode().splitlines()]


def sheets(response):
    """Return the sheets of a workbook as lists of rows: {column: (type, value)}, "s" for text, "n" for a number."""
    book = zipfile.ZipFile(io.BytesIO(body(response)))
    names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    return [[_row(row) for row in ElementTree.fromstring(book.read(name)).iter(f"{MAIN}row")] for name in names]


def _row(row):
    assert not list(row.iter(f"{MAIN}f")), "a formula"
    return {cell.get("r").rstrip("0123456789"): _cell(cell) for cell in row.iter(f"{MAIN}c")}


def _cell(cell):
    if cell.get("t") == "inlineStr":
        return "s", "".join(cell.itertext())
    return "n", float(cell.find(f"{MAIN}v").text)
