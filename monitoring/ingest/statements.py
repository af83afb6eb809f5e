"""Parameters of statements for many rows."""

from collections.abc import Sequence


def columns_of(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Return rows as columns, the form of unnest's parameters."""
    return [list(column) for column in zip(*rows, strict=True)]
