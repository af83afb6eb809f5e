"""The sentence encoder at run time: texts in, vectors and the log-odds of sentiment out. Pure: numpy, ONNX Runtime.

Two texts that say similar things, in one language or in two, have vectors with a high cosine. The files next to this
module come from training/; requirements/onnx.txt has the two packages that read them, and without these packages Vigie
uses the small model of monitoring/sentiment alone. Called by enrichment/encoding.py and the search by meaning.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from monitoring.embedding.text import prepared

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent
MODEL, TOKENIZER = "encoder.onnx", "tokenizer.json"
DIMENSIONS = 256  # of the vector: the main directions of the 384 of the network
LABELS, SIGNALS = 3, ("sarcasm", "mixed")
OUTPUTS = LABELS + len(SIGNALS)
MAX_TOKENS = 128  # the time grows faster than the length, and nearly all posts are shorter
# Padded to the longest of a batch, and each with its own range of values: small batches are faster and more exact.
BATCH = 16
PAD = 1


@dataclass(frozen=True)
class Encoded:
    """Of each text: its vector of unit length, and the OUTPUTS: log-odds of the three labels, then of SIGNALS."""

    vectors: np.ndarray
    outputs: np.ndarray

    def part(self, numbers: Sequence[int]) -> "Encoded":
        """Return those of the texts with these numbers."""
        return Encoded(self.vectors[numbers], self.outputs[numbers])


@dataclass(frozen=True)
class Encoder:
    """The loaded encoder. `version` changes with its files."""

    version: str
    session: "InferenceSession"
    tokenizer: "Tokenizer"

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return what the encoder makes of these texts; of long ones the first MAX_TOKENS tokens count."""
        encoded = self.tokenizer.encode_batch([prepared(text) for text in texts])
        lengths = np.array([len(one.ids) for one in encoded])
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        outputs = np.empty((len(texts), OUTPUTS), np.float32)
        order = np.argsort(lengths, kind="stable")
        for start in range(0, len(texts), BATCH):
            numbers = order[start : start + BATCH]
            tokens = np.full((len(numbers), lengths[numbers[-1]]), PAD, np.int64)
            for row, number in enumerate(numbers):
                tokens[row, : lengths[number]] = encoded[number].ids
            vectors[numbers], outputs[numbers] = self.session.run(None, {"tokens": tokens})
        return Encoded(vectors, outputs)


@cache
def load(folder: Path = FOLDER) -> Encoder:
    """Return the encoder, loaded once per process.

    Raise ImportError if requirements/onnx.txt is not installed, OSError if a file is missing.
    """
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ImportError("the encoder needs: pip install -r requirements/onnx.txt") from error
    paths = [folder / MODEL, folder / TOKENIZER]
    digest = hashlib.sha256(b"".join(_digest(path) for path in paths)).hexdigest()[:8]
    tokenizer = Tokenizer.from_file(str(paths[1]))
    tokenizer.enable_truncation(MAX_TOKENS)
    options = SessionOptions()
    # One thread: Celery runs a worker per core. The arena would keep the memory of the longest batch.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    # From its path: from bytes, the process keeps 70 MB more.
    session = InferenceSession(str(paths[0]), options, providers=["CPUExecutionProvider"])
    return Encoder(digest, session, tokenizer)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
