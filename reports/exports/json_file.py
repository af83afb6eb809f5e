"""Write an export as JSON, for programs: names in English, codes instead of words, times in UTC.

In: an Export. Out: pieces of one JSON object with `about` and `items`, or of JSON Lines with an item per line.
Called by registry.py.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from monitoring.content.values import iso_utc
from reports.exports.table import Export, Row, Value


def json_pieces(export: Export) -> Iterator[bytes]:
    """Yield one JSON object. A download that was cut short is no valid JSON."""
    yield f'{{"about": {_text(export.about)},\n"items": ['.encode()
    separator = "\n"
    for batch in export.values():
        if batch:
            yield (separator + ",\n".join(_items(export, batch))).encode()
            separator = ",\n"
    yield b"\n]}\n"


def json_line_pieces(export: Export) -> Iterator[bytes]:
    """Yield JSON Lines."""
    for batch in export.values():
        yield "".join(f"{item}\n" for item in _items(export, batch)).encode()


def _items(export: Export, batch: list[Row]) -> list[str]:
    names = [column.name for column in export.columns]
    return [_text(dict(zip(names, row, strict=True))) for row in batch]


def _text(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, default=_default)


def _default(value: Value) -> str:
    return iso_utc(value) if isinstance(value, datetime) else str(value)
