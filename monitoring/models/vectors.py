"""The vector of a document, which the sentence encoder makes of its title and text; how many are stored and read.

    store(documents, encoded.vectors, encoder.version, encoded.outputs)
    ids, matrix = read([1, 2, 3], version)

Arrays of Postgres itself: storing and reading need no extension.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

from accounts.models import Project
from monitoring.models.documents import Document

DIMENSIONS = 256  # those of the encoder

# Of a document `d`: its title and text are those of which `new` has the hash.
HAS_SAME_TEXT = "d.deleted_at IS NULL AND sha256(convert_to(d.title || chr(10) || d.text, 'UTF8')) = new.hash"
# Texts are compared because an edit may have replaced one while it was encoded: the new one is encoded later. Rows
# that another transaction is changing are left out for the same reason, so this waits for no edit, and no edit that
# comes later misses the vector that it makes outdated.
_STORE = f"""
WITH new AS (
    SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::text[]) AS new (id, hash, numbers, outputs)
), current AS (
    SELECT d.id, d.project_id, new.numbers, new.outputs FROM new JOIN monitoring_document d ON d.id = new.id
    WHERE {HAS_SAME_TEXT}
    ORDER BY d.id FOR SHARE OF d SKIP LOCKED
)
INSERT INTO monitoring_documentvector (document_id, project_id, version, vector, outputs)
SELECT id, project_id, %s, numbers::real[], outputs::real[] FROM current ORDER BY id
ON CONFLICT (document_id) DO UPDATE SET
    version = excluded.version, vector = excluded.vector, outputs = excluded.outputs
RETURNING document_id
"""
# Binary: 20,000 vectors take 0.4 s, as rows of numbers 2.5 s.
_READ = """
COPY (
    SELECT document_id, vector FROM monitoring_documentvector
    WHERE document_id = ANY(%s) AND version = %s ORDER BY document_id
) TO STDOUT (FORMAT binary)
"""
# The format of COPY: a signature, flags and an extension; rows of fields with their lengths; -1.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *(("id_bytes", ">i4"), ("id", ">i8")),
        # An array: the number of dimensions, flags, the type, and the size and first index of its only dimension.
        *(("array_bytes", ">i4"), ("array", ">i4", 5)),
        ("numbers", [("bytes", ">i4"), ("value", ">f4")], DIMENSIONS),
    ]
)


class RealField(models.FloatField):
    """A number of single precision: half the size of Django's FloatField."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "real"


class DocumentVector(models.Model):
    """The vector of a document with a mention: 256 numbers of unit length, 1 kB. Their dot product is the similarity.

    `version` is the encoder's; vectors of two versions can't be compared. `project` is the document's, for scans. The
    row is deleted with an edit of the text, which is then encoded again, and with the content of the document.

    `outputs` are the other numbers that the encoder made of the text, for its sentiment: with them, a history is
    analyzed again without encoding it again.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.CharField(max_length=12)
    vector = ArrayField(RealField(), size=DIMENSIONS)
    outputs = ArrayField(RealField(), default=list, db_default=models.Value([], output_field=ArrayField(RealField())))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(vector__len=DIMENSIONS), name="vector_has_all_dimensions")
        ]
        indexes = [models.Index(fields=["project", "document"], name="vector_by_project")]

    def __str__(self) -> str:
        return f"{self.document_id} by {self.version}"


def store(
    documents: Sequence[Document],
    vectors: NDArray[np.float32],
    version: str,
    outputs: NDArray[np.float32] | None = None,
) -> set[int]:
    """Store one vector per document, in one statement. Return the ids of the documents whose vectors were stored.

    `documents` are as they were read before their texts were encoded: those whose texts were edited or deleted since
    are left out, and those that another transaction is changing.
    """
    assert vectors.shape == (len(documents), DIMENSIONS)
    order = sorted(range(len(documents)), key=lambda place: documents[place].pk)
    columns: list[list[Any]] = [
        [documents[place].pk for place in order],
        [text_hash(documents[place]) for place in order],
        [_array(vectors[place]) for place in order],
        ["{}" if outputs is None else _array(outputs[place]) for place in order],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [*columns, version])
        return {document_id for (document_id,) in cursor.fetchall()}


def read(document_ids: Iterable[int], version: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the ids of those of these documents that have a vector of the encoder's version, sorted, and the vectors
    as a matrix with a row each.
    """
    content = BytesIO()
    with connection.cursor() as cursor:
        # COPY takes no parameters.
        cursor.copy_expert(cursor.mogrify(_READ, [list(document_ids), version]), content)
    rows = np.frombuffer(content.getbuffer()[_HEADER_BYTES:-_TRAILER_BYTES], dtype=_ROW)
    return rows["id"].astype(np.int64), rows["numbers"]["value"].astype(np.float32)


def read_outputs(document_ids: Iterable[int], version: str) -> dict[int, list[float]]:
    """Return the outputs of those of these documents that the encoder's version has read."""
    rows = DocumentVector.objects.filter(document_id__in=list(document_ids), version=version)
    return {pk: outputs for pk, outputs in rows.values_list("document_id", "outputs") if outputs}


def _array(numbers: NDArray[np.float32]) -> str:
    return "{" + ",".join(map(repr, numbers.tolist())) + "}"


def text_hash(document: Document) -> bytes:
    """Return the hash of a title and text, as HAS_SAME_TEXT computes it."""
    return sha256(f"{document.title}\n{document.text}".encode()).digest()
