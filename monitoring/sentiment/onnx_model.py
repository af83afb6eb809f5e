"""A transformer in place of the built-in model: any three-class ONNX text classifier with its tokenizer.

In: the folder (SENTIMENT_MODEL_DIR) with `model.onnx`, `tokenizer.json` and `config.json`, as Hugging Face's optimum
exports them. Out: an object that judging.py uses as it uses the built-in model. Needs requirements-onnx.txt.

The files' meaning (config.json's id2label, tokenizer.json, the inputs input_ids and attention_mask) is that of
https://huggingface.co/docs/transformers/serialization; the labels may come in any order and case, or as LABEL_0 to
LABEL_2, which cardiffnlp's sentiment models use for negative, neutral and positive.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.sentiment.features import Rows, word_rows
from monitoring.sentiment.model import LABELS

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MAX_TOKENS = 256  # passages have 1,500 characters at most; longer inputs cost the square
BATCH = 16
MAX_CHARS = 4000  # tokenizers take quadratic time over some texts of a megabyte
# The model's own confidence; cardiffnlp's models are right about 8 times in 10 above it.
THRESHOLD = 0.6
_HANDLE, _LINK = re.compile(r"@\w+"), re.compile(r"https?://\S+")


@dataclass(frozen=True)
class OnnxModel:
    """`order` are the places of LABELS among the model's outputs."""

    version: str
    threshold: float
    session: "InferenceSession"
    tokenizer: "Tokenizer"
    order: tuple[int, ...]

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """One row a text, in the order of LABELS; the languages are the model's own business."""
        found = np.empty((len(texts), len(LABELS)))
        # Texts of like length together: a batch is padded to its longest.
        by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(texts), BATCH):
            numbers = by_length[start : start + BATCH]
            found[numbers] = self._batch([texts[number] for number in numbers])
        return found

    def features(self, texts: Sequence[str]) -> Rows:
        """As Model.features."""
        return word_rows(texts)

    def _batch(self, texts: list[str]) -> np.ndarray:
        encoded = self.tokenizer.encode_batch([_readable(text) for text in texts])
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name for one in self.session.get_inputs()}
        (logits, *_) = self.session.run(None, {name: value for name, value in given.items() if name in wanted})
        logits = np.asarray(logits, np.float64)[:, self.order]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)


def load_onnx(folder: str) -> OnnxModel:
    """Raises OSError where a file is missing, ValueError where one is not what it should be, and ImportError without
    requirements-onnx.txt; each says what to do."""
    if not folder:
        raise ValueError("SENTIMENT_MODEL_DIR is not set: name the folder with model.onnx and tokenizer.json in it")
    try:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ImportError("SENTIMENT_BACKEND=onnx needs: pip install -r requirements-onnx.txt") from error
    paths = {name: Path(folder) / name for name in ("model.onnx", "tokenizer.json", "config.json")}
    for path in paths.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: docs/sentiment.md tells how to export a model")
    config = json.loads(paths["config.json"].read_text())
    order = _order(config)
    tokenizer = _read(Tokenizer.from_file, paths["tokenizer.json"])
    tokenizer.enable_truncation(min(MAX_TOKENS, int(config.get("max_position_embeddings", MAX_TOKENS + 2)) - 2))
    padding = config.get("pad_token_id")
    tokenizer.enable_padding(pad_id=1 if padding is None else int(padding))
    return OnnxModel(
        version=f"onnx-{_digest(list(paths.values()))}",
        threshold=float(config.get("vigie_threshold", THRESHOLD)),
        session=_read(partial(InferenceSession, providers=["CPUExecutionProvider"]), paths["model.onnx"]),
        tokenizer=tokenizer,
        order=order,
    )


def _read(reader: Callable[[str], Any], path: Path) -> Any:
    try:
        return reader(str(path))
    except Exception as error:  # both libraries raise classes of their own, straight from Exception
        raise ValueError(f"{path} cannot be read: {error}") from error


def _order(config: dict[str, Any]) -> tuple[int, ...]:
    named = {str(label).lower(): int(place) for place, label in config.get("id2label", {}).items()}
    for names in (LABELS, ("label_0", "label_1", "label_2")):
        if set(names) == named.keys():
            return tuple(named[name] for name in names)
    raise ValueError(f"config.json: id2label must name {', '.join(LABELS)}, and has {', '.join(named) or 'nothing'}")


def _readable(text: str) -> str:
    """What the tokenizer takes, valid UTF-8 of a sane length, and handles and links as models of tweets know them."""
    text = text[:MAX_CHARS].encode("utf-8", "replace").decode()
    return _LINK.sub("http", _HANDLE.sub("@user", text))


def _digest(paths: list[Path]) -> str:
    """Eight letters that change with the files."""
    found = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:8]
