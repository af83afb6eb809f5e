"""The vectors of a project that are nearest to one: exactly in small projects, by an index in large ones.

In: a vector of unit length and its encoder's version. Out: documents with their similarity, the nearest first. Called
by what compares mentions, where pgvector.py says that vectors can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from monitoring.models.vectors import DIMENSIONS

# Comparing all of 20,000 vectors takes 30 to 40 ms.
EXACT_VECTORS = 20_000
INDEX = "vector_nearest"
# Of the index: how many candidates a scan keeps at least, and the most that pgvector allows.
MIN_CANDIDATES, MAX_CANDIDATES = 100, 1000

_HALF = f"halfvec({DIMENSIONS})"
_DISTANCE = f"vector::{_HALF} <=> %s::{_HALF}"
_COUNT = "SELECT count(*) FROM (SELECT FROM monitoring_documentvector WHERE project_id = %s LIMIT %s) AS counted"
_WHERE = "project_id = %s AND version = %s AND {where}"
# OFFSET 0 keeps the rows of the project apart from the order, for which Postgres would scan the index of all projects.
_EXACT = f"""
SELECT document_id, 1 - ({_DISTANCE}) AS similarity FROM (
    SELECT document_id, vector FROM monitoring_documentvector WHERE {_WHERE} OFFSET 0
) AS own ORDER BY similarity DESC, document_id LIMIT %s
"""
# The order of the index is not exact.
_BY_INDEX = f"""
SELECT document_id, 1 - distance AS similarity FROM (
    SELECT document_id, {_DISTANCE} AS distance FROM monitoring_documentvector WHERE {_WHERE}
    ORDER BY {_DISTANCE} LIMIT %s
) AS nearest ORDER BY similarity DESC, document_id
"""
# The scan goes on until it has found enough rows under the condition.
_SETTINGS = "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %s, true)"


class Near(NamedTuple):
    """A document and its similarity, 1 for the same meaning."""

    document_id: int
    similarity: float


@dataclass(frozen=True)
class Condition:
    """A condition on monitoring_documentvector, with its parameters."""

    where: str
    params: tuple[object, ...] = ()


ANY = Condition("TRUE")


def nearest(
    project_id: int, vector: NDArray[np.float32], version: str, limit: int, condition: Condition = ANY
) -> list[Near]:
    """Return up to `limit` documents of the project under a condition, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [project_id, EXACT_VECTORS + 1])
        is_large = cursor.fetchone()[0] > EXACT_VECTORS
    if not is_large:
        return nearest_of(project_id, vector, version, limit, condition)
    text, candidates = as_text(vector), min(max(limit, MIN_CANDIDATES), MAX_CANDIDATES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, [str(candidates)])
        statement = _BY_INDEX.format(where=condition.where)
        return _read(statement, [text, project_id, version, *condition.params, text, limit])


def nearest_of(
    project_id: int, vector: NDArray[np.float32], version: str, limit: int, condition: Condition
) -> list[Near]:
    """Return the same by comparing every document under the condition, for conditions that few documents fit."""
    statement = _EXACT.format(where=condition.where)
    return _read(statement, [as_text(vector), project_id, version, *condition.params, limit])


def as_text(vector: NDArray[np.float32]) -> str:
    """Return a vector as pgvector reads it."""
    return f"[{','.join(map(str, vector.tolist()))}]"


def _read(statement: str, params: Sequence[Any]) -> list[Near]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Near(*row) for row in cursor.fetchall()]
