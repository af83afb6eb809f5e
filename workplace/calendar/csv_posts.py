"""Rows of a CSV file as posts. Pure.

In: the bytes of a file, and the names that columns, types and platforms have in any language. Out: rows, and the lines
that were left out with a code. Columns can have any order; those that are not known are ignored.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

MAX_BYTES, MAX_ROWS = 2 * 1024 * 1024, 1000
TITLE, TEXT, DATE, TIME, ZONE = "title", "text", "date", "time", "time_zone"
PLATFORMS, KIND, CAMPAIGN = "platforms", "type", "campaign"
COLUMNS = (TITLE, TEXT, DATE, TIME, ZONE, PLATFORMS, KIND, CAMPAIGN)
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M", "%Hh", "%H h")
ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True)
class Names:
    """The keys of columns, types and platforms by their names, folded with `fold_name`."""

    columns: Mapping[str, str]
    kinds: Mapping[str, str]
    platforms: Mapping[str, str]


@dataclass(frozen=True)
class CsvRow:
    """A row; `line` counts from 1, the header included."""

    line: int
    title: str
    text: str
    day: date | None
    at: time | None
    zone: str
    platforms: tuple[str, ...]
    kind: str
    campaign: str


@dataclass(frozen=True)
class CsvFile:
    """The rows of a file. `left_out` has lines with "title", "date", "time" or "rows"; `error` is that of the file."""

    rows: tuple[CsvRow, ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    error: str = field(default="", kw_only=True)


def fold_name(text: str) -> str:
    """Return a name for comparing: without case, spaces around it, and the underscores of programs."""
    return " ".join(text.replace("_", " ").split()).casefold()


def read_csv(content: bytes, names: Names) -> CsvFile:
    """Return the rows. `error` is "no_title" without a column of titles, "invalid" if the file is no CSV."""
    text = _decoded(content).replace("\x00", "")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    except csv.Error:
        return CsvFile(error="invalid")
    header = [names.columns.get(fold_name(name), "") for name in rows[0]] if rows else []
    if TITLE not in header:
        return CsvFile(error="no_title")
    found: list[CsvRow] = []
    left_out: list[tuple[int, str]] = []
    for line, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) >= MAX_ROWS:
            left_out.append((line, "rows"))
            break
        row, problem = _row(line, dict(zip(header, cells, strict=False)), names)
        if row is None:
            left_out.append((line, problem))
        else:
            found.append(row)
    return CsvFile(tuple(found), tuple(left_out))


def _row(line: int, cells: Mapping[str, str], names: Names) -> tuple[CsvRow | None, str]:
    values = {name: cells.get(name, "").strip() for name in COLUMNS}
    day, at = _day(values[DATE]), _time(values[TIME])
    problems = (
        (TITLE, not values[TITLE]),
        (DATE, bool(values[DATE]) and day is None),
        (TIME, bool(values[TIME]) and at is None),
    )
    for name, is_wrong in problems:
        if is_wrong:
            return None, name
    chosen = (names.platforms.get(fold_name(one)) for one in values[PLATFORMS].split(","))
    return CsvRow(
        line=line,
        title=values[TITLE],
        text=values[TEXT],
        day=day,
        at=at,
        zone=values[ZONE],
        platforms=tuple(dict.fromkeys(one for one in chosen if one)),
        kind=names.kinds.get(fold_name(values[KIND]), ""),
        campaign=values[CAMPAIGN],
    ), ""


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _day(text: str) -> date | None:
    parsed = _parsed(text, DATE_FORMATS)
    return parsed.date() if parsed else None


def _time(text: str) -> time | None:
    parsed = _parsed(" ".join(text.split()), TIME_FORMATS)
    return parsed.time() if parsed else None


def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None
