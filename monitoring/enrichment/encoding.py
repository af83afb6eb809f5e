"""Encode the passages of mentions, and store the vectors of their documents.

In: passages with the document of each. Out: what the encoder makes of each passage. A passage is mostly the whole text
of its document, which is encoded once. Called by score_mentions.py and fit_layers.py.
"""

from collections.abc import Sequence

import numpy as np

from monitoring.embedding.encoder import Encoded, Encoder
from monitoring.models import Document, vectors


def encode_passages(
    encoder: Encoder, documents: Sequence[Document | None], passages: Sequence[str]
) -> tuple[Encoded, set[int]]:
    """Return the vector and the outputs of each passage. Store them for documents that have none.

    The document of a passage is None where it doesn't exist anymore. Also return the ids of the documents that still
    have none: another transaction is changing them.
    """
    by_id = {document.pk: document for document in documents if document}
    known = _stored(encoder, by_id)
    new = [document for pk, document in by_id.items() if pk not in known]
    of_text = {text_of(by_id[pk]): values for pk, values in known.items()}
    texts = list(dict.fromkeys([*map(text_of, new), *(text for text in passages if text not in of_text)]))
    encoded = encoder.encode(texts)
    place = {text: number for number, text in enumerate(texts)}
    missing = {document.pk for document in new}
    if new:
        places = [place[text_of(document)] for document in new]
        missing -= vectors.store(new, encoded.vectors[places], encoder.version, encoded.outputs[places])
    of_text |= dict(zip(texts, zip(encoded.vectors, encoded.outputs, strict=True), strict=True))
    found = [of_text[text] for text in passages]
    return Encoded(np.array([vector for vector, _ in found]), np.array([outputs for _, outputs in found])), missing


def text_of(document: Document) -> str:
    """Return the text whose vector is the document's."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def _stored(encoder: Encoder, documents: dict[int, Document]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    outputs = vectors.read_outputs(documents, encoder.version)
    ids, numbers = vectors.read(outputs, encoder.version)
    return {pk: (vector, np.array(outputs[pk], np.float32)) for pk, vector in zip(ids.tolist(), numbers, strict=True)}
