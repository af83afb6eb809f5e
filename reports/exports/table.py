"""The records between what reads the rows of an export and what writes its file.

In: a list of rows in batches, as reports/exports/registry.py builds it. Out: the values of each row for JSON, or the
cells of a table in the reader's language and time zone. Called by csv_file.py, json_file.py and xlsx_file.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils import translation

from monitoring.insights.mentions import Count
from monitoring.insights.time_limit import time_limit

Value = Any  # JSON values, and aware datetimes
Cell = str | int | float | datetime | None  # datetimes are local, without a zone
Row = tuple[Value, ...]


def as_it_is(value: Value) -> Value:
    """Return the value."""
    return value


@dataclass(frozen=True)
class Column:
    """A column: `name` in JSON, `label` in the header of a table, `width` in characters.

    `show` turns a value of JSON into a cell, in the active language; None leaves the column out of tables.
    """

    name: str
    label: str
    show: Callable[[Value], Value] | None = as_it_is
    width: int = 14


@dataclass(frozen=True)
class Export:
    """A list to write into a file, for one reader.

    `name` is that of the list in file names, `facts` say in words what the list is: labels and values. `about` says it
    for programs. `batches` yields each row once; `columns` are the columns of its rows. `count` reads the number of
    rows that the list shows. The count can be slow, and a file does not need it.
    """

    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    about: dict[str, Value]
    columns: tuple[Column, ...]
    batches: Iterator[list[Row]]
    count: Callable[[], Count]
    language: str
    zone: tzinfo

    @property
    def table_columns(self) -> tuple[Column, ...]:
        """The columns that tables have."""
        return tuple(column for column in self.columns if column.show is not None)

    def values(self) -> Iterator[list[Row]]:
        """Yield the rows in batches; the server reads them after the request, when no language is active any more.

        Raises TooSlow if Postgres cannot read a batch in time.
        """
        while True:
            with time_limit(), translation.override(self.language):
                batch = next(self.batches, None)
            if batch is None:
                return
            yield batch

    def cells(self) -> Iterator[list[list[Cell]]]:
        """Yield the rows as cells, in the same batches."""
        shown = [(at, column.show) for at, column in enumerate(self.columns) if column.show is not None]
        for batch in self.values():
            with translation.override(self.language):
                cells = [[self._cell(show(row[at])) for at, show in shown] for row in batch]
            yield cells

    def _cell(self, value: Value) -> Cell:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return value if value is None or isinstance(value, str | int | float) else str(value)
